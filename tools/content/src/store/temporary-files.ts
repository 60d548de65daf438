import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './write-failure.ts';

/** A temporary file of another host, whose processes can't be asked, counts as left after this time. */
export const leftoverAgeMs: number = 24 * 3600 * 1000;

const namePattern = /^([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{16}\.part$/;

/**
 * Names of files and folders that are being written: `<host>-<pid>-<random>.part`, so that whoever comes later can tell whether
 * the writer lives. All lie in one folder, on the same file system as what they become.
 */
export interface TemporaryFiles {
  readonly folder: string;
  /** A new path; the folder exists. */
  next(): Promise<string>;
  /** Paths of files whose writer is gone, sorted. */
  leftovers(): Promise<readonly string[]>;
  /** Removes the leftovers. */
  sweep(): Promise<void>;
}

export function openTemporaryFiles(folder: string): TemporaryFiles {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const leftovers = async (): Promise<readonly string[]> => {
    const left: string[] = [];
    for (const name of (await listFolder(folder)).sort()) {
      const path = join(folder, name);
      if (await isLeftover(path, name, host)) left.push(path);
    }
    return left;
  };
  return {
    folder,
    next: async () => {
      await mkdir(folder, { recursive: true });
      return join(folder, `${host}-${process.pid}-${randomBytes(8).toString('hex')}.part`);
    },
    leftovers,
    sweep: async () => {
      for (const path of await leftovers()) await rm(path, { force: true, recursive: true });
    },
  };
}

export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isLeftover(path: string, name: string, host: string): Promise<boolean> {
  const match = namePattern.exec(name);
  if (match === null) return false;
  if (match[1] === host) return !isAlive(Number(match[2]));
  try {
    return Date.now() - (await stat(path)).mtimeMs > leftoverAgeMs;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
