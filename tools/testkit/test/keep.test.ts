import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, describeMachine, scratchFolder } from '@moby/testkit';
import { afterEach, expect, test } from 'vitest';

const keep = join(checkout, 'components/keeper/1/files/usr/lib/moby/keep');
const started: Kept[] = [];

// A kept program has a session of its own, so the end of keep's group isn't its end.
afterEach(() => {
  for (const { process: own, said } of started.splice(0)) {
    if (own.pid !== undefined) tryToKill(-own.pid);
    for (const [, pid] of said().matchAll(/is started as process (\d+)/g)) tryToKill(-Number(pid));
  }
});

function tryToKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

interface Kept {
  readonly process: ChildProcess;
  /** What it has said so far. */
  said(): string;
  /** Waits until it has said something. */
  says(what: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<readonly unknown[]>;
}

/** Runs a program, a script for the shell, under `keep`, in a process group of their own. */
function run(script: string, cgroups = '/nowhere', environment: Readonly<Record<string, string>> = {}): Kept {
  const program = join(scratchFolder(), 'program');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  const child = spawn('busybox', ['sh', keep, program, 'one', 'two words'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, KEEP_CGROUPS: cgroups },
  });
  let text = '';
  const hear = (piece: Buffer): void => void (text += piece.toString());
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const says = async (what: RegExp): Promise<RegExpExecArray> => {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
      const found = what.exec(text);
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${what} was not said:\n${text}`);
  };
  const kept: Kept = { process: child, said: () => text, says, ended: once(child, 'exit') };
  started.push(kept);
  return kept;
}

/** A group as the kernel shows it to a container: one process of its own, one of another PID namespace. */
function controlGroups(): string {
  const cgroups = scratchFolder();
  for (const [name, text] of [
    ['cgroup.type', 'domain'],
    ['cgroup.controllers', 'cpu io memory'],
    ['cgroup.procs', '0\n41'],
    ['cgroup.subtree_control', ''],
  ] as const)
    writeFileSync(join(cgroups, name), `${text}\n`);
  return cgroups;
}

const stays = 'trap "echo got TERM; exit 3" TERM; trap "echo got HUP" HUP; echo "up: $*"; while :; do sleep 0.05; done';

describeMachine(
  'keep',
  () => {
    test('runs a program with its arguments, and again when it ends: at once, then after a growing pause', async () => {
      const kept = run('echo "up: $1, $2"; exit 7');
      await kept.says(/up: one, two words\n[^]*ended with 7 after 0 s and is started again in 0 s[^]*in 1 s[^]*in 2 s/);
      expect(kept.said().match(/^up: /gm)).toHaveLength(3);
    });

    test('passes TERM on, waits for the program, and ends as it does', async () => {
      const kept = run(stays);
      await kept.says(/up:/);
      kept.process.kill('SIGTERM');
      expect(await kept.ended).toEqual([3, null]);
      await kept.says(/got TERM\n/);
      await kept.says(/ended with 3, as it was told to\n/);
      expect(kept.said().match(/up:/g)).toHaveLength(1);
    });

    test('gives TERM to the program once where the whole process group gets it', async () => {
      const kept = run(stays);
      await kept.says(/up:/);
      process.kill(-(kept.process.pid ?? 0), 'SIGTERM');
      await kept.ended;
      expect(kept.said().match(/got TERM/g)).toHaveLength(1);
    });

    test('passes HUP on and goes on', async () => {
      const kept = run(stays);
      await kept.says(/up:/);
      kept.process.kill('SIGHUP');
      await kept.says(/got HUP/);
      kept.process.kill('SIGHUP');
      await kept.says(/got HUP\n[^]*got HUP/);
      expect(kept.process.exitCode).toBeNull();
    });

    test('ends at once where it is told to between two starts', async () => {
      const kept = run('exit 1');
      await kept.says(/in 2 s/);
      kept.process.kill('SIGTERM');
      await kept.ended;
      expect(kept.said().match(/is started as process/g)).toHaveLength(3);
    });

    test('leaves what the program has started', async () => {
      const kept = run('sleep 60 >/dev/null 2>&1 & echo "left: $!"; exit 0');
      const left = Number((await kept.says(/left: (\d+)[^]*in 1 s/))[1]);
      expect(() => process.kill(left, 0)).not.toThrow();
      for (const [, pid] of kept.said().matchAll(/left: (\d+)/g)) tryToKill(Number(pid));
    });

    test('tells containers that the program leaves to end, and waits for them', async () => {
      const cgroups = controlGroups();
      const group = join(cgroups, 'engine/container');
      mkdirSync(group, { recursive: true });
      const kept = run(stays, cgroups);
      await kept.says(/up:/);
      const container = spawn('busybox', ['sh', '-c', 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done']);
      await once(container.stdout, 'data');
      const containerEnded = once(container, 'exit').then((how) => {
        writeFileSync(join(group, 'cgroup.procs'), '');
        return how;
      });
      writeFileSync(join(group, 'cgroup.procs'), `0\n${container.pid}\n`);
      kept.process.kill('SIGTERM');
      expect(await containerEnded).toEqual([5, null]);
      expect(await kept.ended).toEqual([3, null]);
      await kept.says(/ended with 3, as it was told to\n[^\n]*containers that are left are told to end\n$/);
    });

    test('kills containers that do not end, so that a program that waits for them can', async () => {
      const cgroups = controlGroups();
      const group = join(cgroups, 'engine/container');
      mkdirSync(group, { recursive: true });
      const container = spawn('busybox', ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done']);
      await once(container.stdout, 'data');
      writeFileSync(join(group, 'cgroup.procs'), `${container.pid}\n`);
      const containerEnded = once(container, 'exit').then((how) => {
        writeFileSync(join(group, 'cgroup.procs'), '');
        return how;
      });
      const waits = `trap "while kill -0 ${container.pid}; do sleep 0.05; done; echo all have ended; exit 3" TERM; echo up:; while :; do sleep 0.05; done`;
      const kept = run(waits, cgroups, { KEEP_GRACE_SECONDS: '3' });
      await kept.says(/up:/);
      kept.process.kill('SIGTERM');
      expect(await containerEnded).toEqual([null, 'SIGKILL']);
      expect(await kept.ended).toEqual([3, null]);
      // Two streams: which of them is read first is nobody's word.
      await kept.says(/all have ended\n/);
      await kept.says(/still left are killed\n[^]*ended with 3, as it was told to\n/);
    });

    test('moves its container into a leaf and hands the controllers down', async () => {
      const cgroups = controlGroups();
      await run(stays, cgroups).says(/processes are in \S+\/keep, containers may have: cpu io memory\n[^]*up:/);
      expect(readFileSync(join(cgroups, 'keep/cgroup.procs'), 'utf8')).toBe('41\n');
      expect(readFileSync(join(cgroups, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +io +memory\n');
    });

    test('leaves a group alone that is not its container’s own', async () => {
      const cgroups = scratchFolder();
      mkdirSync(cgroups, { recursive: true });
      writeFileSync(join(cgroups, 'cgroup.procs'), '1\n');
      await run(stays, cgroups).says(/no control group to arrange[^]*up:/);
    });
  },
  ['busybox'],
);
