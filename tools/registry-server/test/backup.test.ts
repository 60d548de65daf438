import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { checkout, scratchFolder } from '@moby/testkit';
import { checkStorage } from '../src/index.ts';
import { prepareRoot, publishBody, publishPath, startServer } from './running-server.ts';

const run = promisify(execFile);
const packages = ['@moby/a', '@moby/b', '@moby/c'];
const backups = 8;

/** The commands of the how-to, on folders of the test. */
function backUpScript(root: string, tape: string): string {
  const page = readFileSync(join(checkout, 'docs/how-to/run-the-registry.md'), 'utf8');
  const script = /^## Back up$[\s\S]*?^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '';
  return script.replaceAll('/var/lib/moby-registry', root).replaceAll('/var/backups/moby-registry.tar', tape);
}

test('a backup that is taken while versions are published lacks nothing of what it says was published', async () => {
  const scratch = scratchFolder();
  const server = await startServer(prepareRoot(join(scratch, 'root'), 'limits: { writesBurst: 100000, writesPerMinute: 100000 }\n'));
  onTestFinished(() => server.kill());
  const token = await server.login('stella');
  const done = new AbortController();
  const published = async (name: string): Promise<number> => {
    let patch = 0;
    for (; !done.signal.aborted; patch += 1) {
      const answer = await server.ask({
        method: 'PUT',
        path: publishPath(name),
        token,
        body: publishBody({ name, version: `1.0.${patch}` }),
      });
      expect(answer.status, answer.text).toBe(201);
    }
    return patch;
  };
  const publishing = Promise.all(packages.map(published));
  const restored: string[] = [];
  for (let at = 0; at < backups; at += 1) {
    const tape = join(scratch, `tape-${at}.tar`);
    await run('sh', ['-euc', backUpScript(server.root, tape)]);
    const folder = join(scratch, `restored-${at}`);
    mkdirSync(folder);
    await run('tar', ['--extract', `--file=${tape}`, `--directory=${folder}`]);
    restored.push(folder);
  }
  done.abort();
  const counts = await publishing;
  expect(Math.min(...counts)).toBeGreaterThan(0);
  let versions = 0;
  for (const folder of restored) {
    const state = await checkStorage(folder, { repair: true, now: () => new Date() });
    expect(state.findings.filter(({ isMended }) => !isMended)).toEqual([]);
    expect(state.versions).toBeGreaterThanOrEqual(versions);
    versions = state.versions;
  }
  expect(versions).toBeGreaterThan(0);
});
