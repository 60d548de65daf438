import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, expectGolden, normalise, runCli, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { makeElf } from '../../abi/test/elf-writer.ts';

/** Everything that a person may name by mistake, in an empty library. */
function scratchMistakes(): string {
  const folder = scratchFolder();
  for (const name of ['components', 'assemblies', 'folder', 'root', 'names']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'file'), 'x\n');
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'names/x\n  hint: rm -rf\u001b[2J'), makeElf({}).subarray(0, 60));
  writeFileSync(join(folder, 'it.yaml'), 'name: it\nversion: 1.0.0\n');
  return folder;
}

async function told(commands: readonly (readonly string[])[]): Promise<string> {
  const folder = scratchMistakes();
  const texts: string[] = [];
  for (const command of commands) {
    const { stdout, stderr, exitCode } = await runCli(command, { cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') } });
    const typed = command.map((word) => (/^[\w./=@~-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
    texts.push(`$ moby-compose ${typed}\n${stdout}${stderr}exit ${exitCode}\n`);
  }
  return normalise(texts.join('\n'), { folder, places: { checkout } });
}

test('what is no assembly is called what it is', async () => {
  const names = ['nothing', 'folder', 'empty', 'file', 'dangling', 'loop', 'pipe', ''];
  expectGolden('wrong-assemblies.txt', await told(names.map((name) => ['check', name])));
});

test('what is no root, and a flag that a root has no use for', async () => {
  const names = ['nothing', 'file', 'dangling', 'loop', 'pipe', '', 'file/x', 'x'.repeat(300)];
  const flags = [
    ['--with', 'glibc'],
    ['--replace', 'a=b'],
    ['--locked'],
    ['--components', 'folder'],
    ['--cpu', 'x86-64-v9'],
    ['--platform', 'plan9/x'],
    ['--format', 'xml'],
  ];
  expectGolden(
    'wrong-roots.txt',
    await told([
      ...names.map((name) => ['check', '--root', name]),
      ...flags.map((flag) => ['check', '--root', 'root', ...flag]),
      ['check', 'it.yaml', '--cpu', 'x86-64-v2'],
      ['check', 'it.yaml', '--root', 'root'],
    ]),
  );
});

test('what has no facts, and names that would look like lines of ours', async () => {
  const names = ['dangling', 'loop', 'pipe', '', 'file/x', 'names'];
  expectGolden(
    'wrong-facts.txt',
    await told([
      ...names.map((name) => ['abi', 'facts', name]),
      ...['loop', 'pipe', '', 'redis@~99', 'redis@x y', 'file/x'].map((name) => ['abi', 'diff', name, 'file']),
      ['abi', 'diff', 'file'],
    ]),
  );
});

test('a folder of components that is none is refused by every command that has the flag', async () => {
  const commands = [
    ['check', 'it.yaml'],
    ['resolve', 'it.yaml'],
    ['diff', 'it.yaml'],
    ['why', 'glibc', '--in', 'it.yaml'],
    ['abi', 'diff', 'glibc', 'glibc'],
    ['list', 'components'],
    ['info', 'glibc'],
    ['component', 'validate'],
  ];
  expectGolden('wrong-component-folders.txt', await told(commands.map((command) => [...command, '--components', 'nowhere'])));
});

test('a root in which files come and go is judged as far as it is there', async () => {
  // The folder of the running process: some of its links lead to what the reading itself has closed.
  const run = await runCli(['check', '--root', '/proc/self/task', '--json']);
  expect([0, 74]).toContain(run.exitCode);
  expect(run.stderr).not.toContain('    at ');
});

test('no message of these is a stack', () => {
  for (const name of ['wrong-assemblies', 'wrong-roots', 'wrong-facts', 'wrong-component-folders'])
    expect(readFileSync(join(import.meta.dirname, `golden/${name}.txt`), 'utf8')).not.toMatch(/^ {4}at |exit 70|internal/m);
});
