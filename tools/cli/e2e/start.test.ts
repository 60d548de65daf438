import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout, pinnedNode, scratchFolder } from '@moby/testkit';

const pinned = `node-${process.platform}-${process.arch}`;

/** A folder with the program's entry and nothing else: what an old Node sees before it has found the pinned one. */
function bareInstallation(): { readonly folder: string; readonly args: readonly string[] } {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(checkout, 'tools/cli/bin/run.js'), join(folder, 'bin/run.js'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  // The tests run under Node 24; to the entry it says that it is an old one.
  writeFileSync(join(folder, 'old.cjs'), `Object.defineProperty(process.versions, 'node', { value: '20.20.0' });`);
  return { folder, args: ['--require', join(folder, 'old.cjs'), join(folder, 'bin/run.js')] };
}

/** Puts a shell script where the pinned Node would be; no `.bin` folder, as npm before 11.6 leaves it. */
function pretendNode(folder: string, script: string): void {
  const home = join(folder, 'node_modules', pinned);
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{}');
  writeFileSync(join(home, 'bin/node'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(home, 'bin/node'), 0o755);
}

test('an old Node hands over to the pinned one, with arguments, exit code and PATH', () => {
  const { folder, args } = bareInstallation();
  pretendNode(folder, 'shift; echo "$# $1 $2"; echo "${PATH%%:*}"; exit 7');
  const run = spawnSync(pinnedNode(), [...args, 'a b', 'c'], { encoding: 'utf8' });
  expect(run.stdout).toBe(`2 a b c\n${join(folder, 'node_modules', pinned, 'bin')}\n`);
  expect(run.status).toBe(7);
});

test('an old Node without the pinned one says what is missing', () => {
  const run = spawnSync(pinnedNode(), bareInstallation().args, { encoding: 'utf8' });
  expect(run.stderr).toBe(
    `error: moby-compose needs Node 24 or newer, this is ${process.version}, and \`${pinned}\` is not installed\n` +
      '  hint: run `npm ci` in the checkout, or start it with Node 24 or newer\n',
  );
  expect(run.status).toBe(69);
});

test('a signal reaches the program, which may still end in its own way', async () => {
  const { folder, args } = bareInstallation();
  pretendNode(folder, `trap 'kill $!; echo cleaned; exit 3' TERM; sleep 60 & echo ready; wait`);
  expect(await signalled(args, 'SIGTERM')).toEqual({ stdout: 'ready\ncleaned\n', code: 3, signal: null });
});

test('a program ended by a signal looks so from outside', async () => {
  const { folder, args } = bareInstallation();
  pretendNode(folder, 'echo $$ > pid; echo ready; exec sleep 60'.replace('pid', join(folder, 'pid')));
  expect(await signalled(args, 'SIGTERM')).toEqual({ stdout: 'ready\n', code: null, signal: 'SIGTERM' });
  expect(existsSync(join('/proc', readFileSync(join(folder, 'pid'), 'utf8').trim()))).toBe(false);
});

function signalled(args: readonly string[], signal: NodeJS.Signals): Promise<unknown> {
  return new Promise((resolve) => {
    const child = spawn(pinnedNode(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (text.includes('ready')) child.kill(signal);
    });
    child.on('close', (code, by) => resolve({ stdout, code, signal: by }));
  });
}

/** A checkout with the launcher, a lock file, and an `npm` that only pretends to install. */
function freshClone(): {
  readonly folder: string;
  readonly start: (cwd?: string) => { readonly stdout: string; readonly npmCalls: number };
} {
  const folder = scratchFolder();
  const programs = join(folder, 'programs');
  mkdirSync(join(folder, 'tools/cli/bin'), { recursive: true });
  mkdirSync(programs);
  copyFileSync(join(checkout, 'moby-compose'), join(folder, 'moby-compose'));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  writeFileSync(join(folder, 'tools/cli/bin/run.js'), `console.log('started', process.argv.slice(2).join(' '));`);
  const install = `mkdir -p node_modules/${pinned}/bin; ln -sf ${pinnedNode()} node_modules/${pinned}/bin/node; echo '{}' > node_modules/.package-lock.json`;
  writeFileSync(join(programs, 'npm'), `#!/bin/sh\necho "$@" >> ${folder}/npm.log\nsleep 0.2\n${install}\n`);
  chmodSync(join(programs, 'npm'), 0o755);
  const start = (cwd = folder): { readonly stdout: string; readonly npmCalls: number } => {
    const env = { PATH: `${programs}:/usr/bin:/bin` };
    const run = spawnSync(join(folder, 'moby-compose'), ['x', 'y'], { cwd, encoding: 'utf8', env });
    const log = spawnSync('cat', [join(folder, 'npm.log')], { encoding: 'utf8' }).stdout;
    return {
      stdout: run.stdout + run.stderr.replace('moby-compose: installing dependencies (once)\n', ''),
      npmCalls: log.split('\n').length - 1,
    };
  };
  return { folder, start };
}

test('the launcher installs once, and again when the lock file is newer', () => {
  const { folder, start } = freshClone();
  expect(start()).toEqual({ stdout: 'started x y\n', npmCalls: 1 });
  expect(start('/')).toEqual({ stdout: 'started x y\n', npmCalls: 1 });
  const later = Date.now() / 1000 + 10;
  utimesSync(join(folder, 'package-lock.json'), later, later);
  expect(start()).toEqual({ stdout: 'started x y\n', npmCalls: 2 });
});

test('the launcher is found through a symbolic link', () => {
  const { folder, start } = freshClone();
  start();
  symlinkSync('moby-compose', join(folder, 'link'));
  const run = spawnSync(join(folder, 'link'), ['z'], { cwd: '/', encoding: 'utf8' });
  expect(run.stdout).toBe('started z\n');
});

test('two first starts at once install once', async () => {
  const { folder } = freshClone();
  const env = { PATH: `${join(folder, 'programs')}:/usr/bin:/bin` };
  const one = (): Promise<number | null> =>
    new Promise((resolve) => void spawn(join(folder, 'moby-compose'), [], { stdio: 'ignore', env }).on('close', resolve));
  expect(await Promise.all([one(), one()])).toEqual([0, 0]);
  expect(spawnSync('wc', ['-l', join(folder, 'npm.log')], { encoding: 'utf8' }).stdout).toMatch(/^1 /);
});
