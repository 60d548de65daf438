import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli, scratchFolder, startCli } from '@moby/testkit';

test('a registry is served until it is stopped, by one process', async () => {
  const storage = join(scratchFolder(), 'r');
  const served = startCli(['registry', 'serve', '--listen', '127.0.0.1:0', '--storage', storage]);
  onTestFinished(() => served.kill('SIGKILL'));
  await served.seen(/^registry at .*$/m);
  const [line] = /^registry at .*$/m.exec(served.stderr()) ?? [];
  expect(line).toMatch(new RegExp(`^registry at http://127\\.0\\.0\\.1:\\d+ · storage ${storage} · 0 packages$`));
  const url = /http:\S+/.exec(line ?? '')?.[0] ?? '';
  expect((await fetch(`${url}/-/readyz`)).status).toBe(200);

  const second = await runCli(['registry', 'serve', '--listen', '127.0.0.1:0', '--storage', storage]);
  expect([second.exitCode, second.stdout, second.stderr]).toEqual([
    69,
    '',
    `error[storage-in-use]: \`${storage}\` belongs to the running process ${served.pid}: one process owns a registry's folder\n` +
      `  hint: stop that one first: kill ${served.pid}\n  hint: or serve another folder: --storage DIR\n`,
  ]);
  expect((await runCli(['registry', 'fsck', '--storage', storage])).exitCode).toBe(69);

  served.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await served.ended;
  expect([exitCode, stdout, stderr.split('\n').at(-2)]).toEqual([0, '', 'stopped']);
});

test('the key that a registry signs with is replaced, and the one before stays known', async () => {
  const storage = scratchFolder();
  const none = await runCli(['registry', 'key', 'rotate', '--storage', storage]);
  expect([none.exitCode, none.stderr]).toEqual([
    1,
    `error[not-found]: there are no keys \`${storage}/signing-keys.json\`\n  hint: name a registry’s folder with --storage DIR; its first start makes the first key\n`,
  ]);
  const served = startCli(['registry', 'serve', '--listen', '127.0.0.1:0', '--storage', storage]);
  onTestFinished(() => served.kill('SIGKILL'));
  await served.seen(/^registry at .*$/m);
  const [, url = ''] = /^registry at (\S+)/m.exec(served.stderr()) ?? [];
  const keys = async (): Promise<readonly { readonly keyid: string; readonly expires: string | null }[]> =>
    Object(await (await fetch(`${url}/-/npm/v1/keys`)).json()).keys;
  const [first] = await keys();
  const rotated = await runCli(['registry', 'key', 'rotate', '--storage', storage, '--json']);
  const { keyid, earlier } = JSON.parse(rotated.stdout);
  expect([rotated.exitCode, earlier.keyid]).toEqual([0, first?.keyid]);
  expect((await keys()).map((key) => [key.keyid, key.expires])).toEqual([
    [keyid, null],
    [earlier.keyid, earlier.expires],
  ]);
});

test('what is not in order is found, and mended when that is asked for', async () => {
  const storage = scratchFolder();
  writeFileSync(join(storage, 'published.jsonl'), '');
  expect(await runCli(['registry', 'fsck', '--storage', storage])).toMatchObject({
    exitCode: 0,
    stdout: `0 packages, 0 versions in ${storage}: all is as it was published\n`,
  });
  appendFileSync(join(storage, 'published.jsonl'), '{"name"');
  const look = await runCli(['registry', 'fsck', '--storage', storage]);
  expect([look.exitCode, look.stdout]).toEqual([
    1,
    'found torn-journal published.jsonl: a crash cut off its last line (7 bytes), which nobody was told of; would be cut away\n' +
      `0 packages, 0 versions in ${storage}: 1 finding\n`,
  ]);
  expect(look.stderr).toContain(`moby-compose registry fsck --storage ${storage} --repair`);
  const repair = await runCli(['registry', 'fsck', '--storage', storage, '--repair', '--json']);
  expect(repair.exitCode).toBe(0);
  expect(JSON.parse(repair.stdout)).toMatchObject({ storage, findings: [{ kind: 'torn-journal', remedy: 'cut away', isMended: true }] });
});

test('a configuration that is wrong is said with its place, a flag with what it takes', async () => {
  const folder = scratchFolder();
  const config = join(folder, 'registry.yaml');
  writeFileSync(config, 'users:\n  carol: king\n');
  const wrong = await runCli(['registry', 'serve', '--config', config]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining(`${config}:2:`)]);
  expect((await runCli(['registry', 'serve', '--config', join(folder, 'none')])).stderr).toContain('error[not-found]');
  expect(await runCli(['registry', 'serve', '--listen', 'x'])).toMatchObject({ exitCode: 2 });
});
