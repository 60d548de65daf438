import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden, runCli, sarifFindings, scratchFolder } from '@moby/testkit';
import { makeElf } from '../../abi/test/elf-writer.ts';
import { sharedWorld, transcript, type Visit } from './world.ts';

const world = sharedWorld();
const place = (): Visit => world.visit();

interface Log {
  readonly runs: readonly [
    { readonly results: readonly { readonly ruleId: string; readonly level: string; readonly locations: readonly object[] }[] },
  ];
}

function logIn(text: string): Log {
  expect(sarifFindings(JSON.parse(text))).toEqual([]);
  const log: Log = JSON.parse(text);
  return log;
}

test('every edge is explained by its rule, its files and what both say', async () => {
  const here = place();
  const args = ['check', 'web', '--explain'];
  const run = await here.run(args);
  expectGolden('check-explain.txt', transcript(args, run, world, here));
  const json = await here.run(['check', 'web', '--explain', '--json']);
  const { rules }: { readonly rules: object } = JSON.parse(json.stdout);
  expect(Object.keys(rules)).toContain('exec.path');
});

test('`--format json` is `--json`, also where it fails', async () => {
  const here = place();
  for (const assembly of ['web', 'nothing']) {
    const short = await here.run(['check', assembly, '--json']);
    for (const long of [['--format', 'json'], ['--format=json']])
      expect(await here.run(['check', assembly, ...long])).toMatchObject({ stdout: short.stdout, exitCode: short.exitCode });
  }
});

test('SARIF is all that stdout has, and an assembly that is refused is a result at its place', async () => {
  const here = place();
  const fits = await here.run(['check', 'web', '--format', 'sarif']);
  expect([fits.exitCode, logIn(fits.stdout).runs[0].results]).toEqual([0, []]);
  const args = ['check', 'web', '--format', 'sarif', '--replace', 'crun=glibc'];
  const refused = await here.run(args);
  expect(refused.exitCode).toBe(1);
  expect(logIn(refused.stdout).runs[0].results.map(({ level }) => level)).toContain('error');
  here.write('assemblies/web/assembly.yaml', 'name: web\nversion: 1.0.0\npubish: 1\n');
  const broken = await here.run(['check', 'web', '--format', 'sarif']);
  const { results } = logIn(broken.stdout).runs[0];
  expect(broken.exitCode).toBe(1);
  expect(results.find(({ ruleId }) => ruleId === 'unknown-key')?.locations).toMatchObject([
    { physicalLocation: { artifactLocation: { uri: 'assemblies/web/assembly.yaml' }, region: { startLine: 3 } } },
  ]);
});

test('an unpacked root’s findings are results at its files', async () => {
  const root = join(scratchFolder(), 'root');
  const file = join(root, 'usr/bin/lone');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, makeElf({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libgone.so.1'] }), { mode: 0o755 });
  const run = await runCli(['check', '--root', root, '--format', 'sarif']);
  expect(run.exitCode).toBe(1);
  expect(
    logIn(run.stdout)
      .runs[0].results.map(({ ruleId, level }) => `${level} ${ruleId}`)
      .sort(),
  ).toEqual(['error elf.interp', 'error elf.needed']);
  const explained = await runCli(['check', '--root', root, '--explain']);
  expect(explained.stdout).toContain('elf.needed: ');
});
