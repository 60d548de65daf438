import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkout, pinnedNode } from '@moby/testkit';
import type { Visit } from './world.ts';

/** What is typed, once a text has appeared after what was typed before. */
export interface Typed {
  readonly after: string;
  readonly typed: string;
}

/** Runs on a terminal of its own (`script` of util-linux), and types where a text has appeared. */
export async function onTerminal(place: Visit, args: readonly string[], typing: readonly Typed[]): Promise<string> {
  const command = [pinnedNode(), join(checkout, 'tools/cli/bin/run.js'), ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: place.folder,
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...place.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  const left = [...typing];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const [next] = left;
    if (next === undefined || !text.includes(next.after)) return;
    left.shift();
    child.stdin.write(next.typed);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await once(child, 'close');
  clearTimeout(timer);
  if (left.length > 0) throw new Error(`${left[0]?.after} was never asked:\n${text}`);
  return text;
}
