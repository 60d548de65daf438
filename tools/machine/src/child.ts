import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Failure } from '@moby/model';
import { type Environment, findProgram } from './find-qemu.ts';

/** A program in a process group of its own that does not outlive us. */
export interface Child {
  readonly pid: number;
  readonly output: Readable;
  /** The end of what it wrote to standard error. */
  errors(): string;
  /** Its end, after its output was read; a phrase such as `exit 0` or `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Ends its whole group at once; false where it has already ended. */
  kill(): boolean;
}

const maxErrorLength = 16 * 1024;
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts a program. Its own session keeps a terminal's Ctrl-C from it: we decide how it ends. It is killed when we exit,
 * when a signal ends us that nobody else handles, and, where util-linux's `setpriv` is at hand, by the kernel even when
 * we are killed (prctl(2), PR_SET_PDEATHSIG).
 */
export async function startChild(program: string, args: readonly string[], env: Environment, folder?: string): Promise<Child> {
  const leash = process.platform === 'linux' ? await findProgram('setpriv', env) : undefined;
  const [file, argv] = leash === undefined ? [program, args] : [leash, ['--pdeathsig', 'KILL', program, ...args]];
  const child = spawn(file, [...argv], { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...env }, cwd: folder });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new Failure({ code: 'io', message: `can't start \`${program}\``, cause })));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  let errors = '';
  let running = true;
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-maxErrorLength);
  });
  const kill = (): boolean => {
    if (running) killGroup(pid);
    return running;
  };
  const release = killWhenWeEnd(kill);
  child.once('exit', () => {
    // What it has started is of its group, and ends with it.
    if (folder !== undefined) killGroup(pid);
    running = false;
    release();
    // What nobody reads must not hold back the end.
    if (child.stdout.readableFlowing === null) child.stdout.resume();
  });
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal === null ? `exit ${code}` : `signal ${signal}`));
  });
  return { pid, output: child.stdout, errors: () => errors, ended, kill };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in this moment.
  }
}

/** Returns what takes the watch off again. */
function killWhenWeEnd(kill: () => unknown): () => void {
  // Whoever else listens to a signal decides what it means, and will end the machine in its own way.
  const killMachineOnSignal = (signal: NodeJS.Signals): void => {
    const listeners = process.listeners(signal);
    if (listeners.some((listener) => listener.name !== killMachineOnSignal.name)) return;
    kill();
    process.off(signal, killMachineOnSignal);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.once('exit', kill);
  for (const signal of endingSignals) process.on(signal, killMachineOnSignal);
  return () => {
    process.off('exit', kill);
    for (const signal of endingSignals) process.off(signal, killMachineOnSignal);
  };
}
