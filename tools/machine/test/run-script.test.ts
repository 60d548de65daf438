import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { runScript, scriptEnvironment, type ScriptVerdict } from '../src/run-script.ts';
import type { TapPoint } from '../src/tap-reader.ts';

interface Ran extends ScriptVerdict {
  readonly told: readonly TapPoint[];
  readonly folder: string;
}

async function run(text: string, options: { readonly withinMs?: number; readonly signal?: AbortSignal } = {}): Promise<Ran> {
  const folder = scratchFolder();
  const script = join(folder, 'script.mts');
  writeFileSync(script, text);
  const told: TapPoint[] = [];
  const verdict = await runScript({
    expectation: { kind: 'script', script: 'test/script.ts', file: 'script.mts', payloads: [], withinMs: options.withinMs ?? 20_000 },
    script,
    payloads: { 'two-words': '/a/payload.tar' },
    workFolder: folder,
    forwards: [{ host: 40_123, machine: 2375 }],
    env: process.env,
    onPoint: (point) => told.push(point),
    signal: options.signal ?? new AbortController().signal,
  });
  return { ...verdict, told, folder };
}

/** One that has ended and that nobody has waited for yet does not count. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a test script', { timeout: 60_000 }, () => {
  test('passes when all of its points do', async () => {
    const { told, problem, points } = await run(`
      import { test } from 'node:test';
      const port: string = process.env.MOBY_PORT_2375 ?? '';
      test('reaches ' + port, () => {});
      test('has ' + process.env.MOBY_PAYLOAD_TWO_WORDS, () => {});`);
    expect(told.map(({ name, outcome }) => `${outcome}: ${name}`)).toEqual(['passed: reaches 40123', 'passed: has /a/payload.tar']);
    expect({ problem, points }).toEqual({ problem: undefined, points: 2 });
  });

  test('fails by one point that fails', async () => {
    const { told, problem } = await run(
      `import { test } from 'node:test'; test('a', () => {}); test('b', () => { throw new Error('no'); });`,
    );
    expect(problem).toBe('1 of 2 points failed');
    expect(told[1]).toMatchObject({ name: 'b', outcome: 'failed', problem: 'no' });
  });

  test('fails without a plan, with the last that it said', async () => {
    expect((await run(`console.log('all is well');`)).problem).toBe(
      'it printed no plan and ended with exit 0; the last that it said:\n  all is well',
    );
    expect((await run(`import './missing.mjs';`)).problem).toMatch(/^it printed no plan and ended with exit 1; [^]*ERR_MODULE_NOT_FOUND/);
  });

  test('fails by its exit code though its points pass', async () => {
    const { problem } = await run(
      `import { test } from 'node:test'; test('a', () => {}); process.on('exit', () => { process.exitCode = 4; });`,
    );
    expect(problem).toMatch(/^it ended with exit 4/);
  });

  test('is ended with all that it has started when its time is over', async () => {
    const { problem, folder } = await run(
      `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
       writeFileSync('pid', String(spawn('sleep', ['60'], { stdio: 'inherit' }).pid)); setInterval(() => {}, 1000);`,
      { withinMs: 6000 },
    );
    expect(problem).toMatch(/^it did not end within 6 s/);
    expect(isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false);
  });

  test('is ended when its machine is', async () => {
    const { problem } = await run('setInterval(() => {}, 1000);', { signal: AbortSignal.timeout(500) });
    expect(problem).toMatch(/^the machine ended first/);
  });

  test('gets of our environment only what it needs', () => {
    expect(scriptEnvironment({ env: { PATH: '/bin', SECRET: 'x' }, forwards: [], payloads: {} })).toEqual({ PATH: '/bin' });
  });
});
