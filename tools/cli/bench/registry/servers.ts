import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { send } from '../../../registry-server/test/running-server.ts';

/** A registry in a process of its own. */
export interface Served {
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const readyMs = 60_000;
const pageMs = 300_000;

/** `moby-compose registry serve`, as users run it; its log goes to a file. */
export function serveOurs(root: string, config: string): Promise<Served> {
  const args = ['registry', 'serve', '--storage', root, '--config', config, '--log', join(root, 'registry.log')];
  return serve([join(checkout, 'tools/cli/bin/run.js'), ...args], { root, isReady: /^registry at http:\/\/127\.0\.0\.1:(\d+)/m });
}

/** Verdaccio of the same version as it comes. */
export function serveStock(root: string): Promise<Served> {
  return serve(['-C', 'source', join(checkout, 'tools/registry-server/test/stock-entry.ts'), root], { root, isReady: /^(\d+)$/m });
}

/** Waits until our server's page is made, which a process beside it is busy with from the start. */
export async function pageMade({ port }: Served): Promise<void> {
  const until = performance.now() + pageMs;
  for (;;) {
    const { status } = await send(port, { path: '/-/web/data/index.json' });
    if (status === 200) return;
    if (status !== 503 || performance.now() > until) throw new Error(`the page is not made: ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function serve(args: readonly string[], { root, isReady }: { readonly root: string; readonly isReady: RegExp }): Promise<Served> {
  const said = join(root, 'said');
  const descriptor = openSync(said, 'w');
  const child = spawn(process.execPath, args, { stdio: ['ignore', descriptor, descriptor] });
  closeSync(descriptor);
  const until = performance.now() + readyMs;
  for (;;) {
    const text = readFileSync(said, 'utf8');
    const port = isReady.exec(text)?.[1];
    if (port !== undefined) return { port: Number(port), pid: child.pid ?? 0, stop: () => end(child) };
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`no server: ${args.join(' ')}\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function end(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

/** The most memory that a process held at once, and that its children held. */
export function peakMemory(pid: number): { readonly own: number; readonly children: number } {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return { own: peakOf(pid), children: children.reduce((sum, child) => sum + peakOf(child), 0) };
}

function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
