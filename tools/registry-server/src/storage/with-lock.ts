import { open, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '@moby/model';
import { errorCode, fileFailure } from './file-error.ts';

/** Who has the lock needs some milliseconds. */
const maxTries = 60;
const pauseMs = 50;

export interface LockRequest {
  /** The file that only one process may change at a time. */
  readonly path: string;
  /** Whoever comes later waits for those before; else it is told that there is one. */
  readonly waits: boolean;
}

/** Throws `io` while another process is at it, or was cut off; a start of the server removes what that one left. */
export async function withLock<Result>({ path, waits }: LockRequest, work: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`;
  for (let tries = 1; !(await isTaken(lock)); tries += 1) {
    if (!waits || tries === maxTries)
      throw new Failure({
        code: 'io',
        message: `\`${path}\` is being replaced by another process`,
        hints: [`wait for it; if none runs, it was cut off: rm ${lock}`],
      });
    await pause(pauseMs);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function isTaken(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw fileFailure(lock, 'written', error);
  }
}
