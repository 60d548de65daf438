import { expect, test, vi } from 'vitest';
import { normalise, runCli, startCli } from '@moby/testkit';

vi.setConfig({ testTimeout: 60_000 });

test('the real program answers', async () => {
  const run = await runCli(['--version']);
  expect(run).toMatchObject({ stderr: '', exitCode: 0, signal: undefined });
  expect(normalise(run.stdout)).toMatch(/^moby-compose\/\d+\.\d+\.\d+ <machine> <node>\n$/);
});

test('an exit code is given, not thrown', async () => {
  const run = await runCli(['no-such-command']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('no-such-command');
});

test('a run that takes too long is an error that shows the output', async () => {
  await expect(runCli(['--version'], { timeoutMs: 1 })).rejects.toThrow(/did not end within 1 ms/);
});

test('waiting for a line ends with the program', async () => {
  const cli = startCli(['--version']);
  await expect(cli.seen(/never printed/)).rejects.toThrow(/ended before .*never printed/);
});
