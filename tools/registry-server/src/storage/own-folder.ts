import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import { makeFolder, writeSynced } from './durable-files.ts';
import { fileFailure, isMissing } from './file-error.ts';

/** An owner that can't be asked (another machine or container) is gone when it gave no sign for this long. */
const silenceMs = 30_000;
const signEveryMs = 5000;
const maxAttempts = 20;
const ownerPattern = /^owner-([1-9][0-9]{0,14})\.json$/;

/** This process owns a folder; the claim dies with the process, however it ends. */
export interface Ownership {
  /** The claim was taken away from outside: the folder must not be written any more. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Who owns: enough to tell a living process from another one that was given its number later. */
interface Owner {
  readonly pid: number;
  /** When the process started, in ticks since boot; empty where the system doesn't say. */
  readonly started: string;
  readonly host: string;
  /** Boot and process namespace: only within both does a pid mean the same. */
  readonly space: string;
  readonly nonce: string;
}

/**
 * Claims a folder for this process. A claim is a file `owner-<generation>.json`, made by `link`, which only one process can
 * do. Whoever finds the highest generation's owner gone links the next one, and withdraws when a still higher one has
 * appeared; no living owner's file is ever removed or replaced, so two processes that find the same dead owner can't both
 * win. Throws `storage-in-use` with the owner's pid.
 */
export async function ownFolder(folder: string): Promise<Ownership> {
  const self: Owner = {
    ...(await spaceOf()),
    pid: process.pid,
    started: processOf(process.pid).started,
    nonce: randomBytes(8).toString('hex'),
  };
  const candidate = join(folder, `.claim-${self.nonce}`);
  try {
    await makeFolder(folder);
    await writeSynced(candidate, `${JSON.stringify(self)}\n`);
    const generation = await claim(folder, candidate, self);
    return keep(join(folder, `owner-${generation}.json`));
  } catch (error) {
    throw fileFailure(folder, 'written', error);
  } finally {
    await rm(candidate, { force: true }).catch(() => undefined);
  }
}

async function claim(folder: string, candidate: string, self: Owner): Promise<number> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const generations = await generationsOf(folder);
    const highest = generations.at(-1) ?? 0;
    if (highest > 0) {
      const path = join(folder, `owner-${highest}.json`);
      const owner = await livingOwner(path, self);
      if (owner !== undefined) throw inUse(folder, path, owner);
    }
    const path = join(folder, `owner-${highest + 1}.json`);
    try {
      await link(candidate, path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
    if ((await generationsOf(folder)).at(-1) !== highest + 1) {
      await rm(path, { force: true });
      continue;
    }
    for (const old of generations) await rm(join(folder, `owner-${old}.json`), { force: true });
    return highest + 1;
  }
  throw new Failure({
    code: 'storage-in-use',
    message: `\`${folder}\` is being claimed by several processes at once`,
    hints: ['try again'],
  });
}

/** Gives signs of life, and notices when the claim is gone. */
function keep(path: string): Ownership {
  const lost = new AbortController();
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch((error: unknown) => {
      if (isMissing(error))
        lost.abort(new Failure({ code: 'io', message: `\`${path}\` was removed: this process no longer owns the folder` }));
    });
  }, signEveryMs).unref();
  return {
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

/** The owner that a claim names, where it lives; undefined where it is gone. */
async function livingOwner(path: string, self: Owner): Promise<Owner | undefined> {
  let text: string;
  let silentMs: number;
  try {
    text = await readFile(path, 'utf8');
    silentMs = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const owner = parseOwner(text);
  if (owner === undefined) return undefined;
  if (owner.host !== self.host || owner.space !== self.space) return silentMs < silenceMs ? owner : undefined;
  const found = processOf(owner.pid);
  return found.isAlive && found.started === owner.started ? owner : undefined;
}

function parseOwner(text: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [pid, started, host, space, nonce] = ['pid', 'started', 'host', 'space', 'nonce'].map((name) => fields.get(name));
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof started !== 'string' || typeof host !== 'string' || typeof space !== 'string' || typeof nonce !== 'string') return undefined;
  return { pid, started, host, space, nonce };
}

async function generationsOf(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names
    .map((name) => Number(ownerPattern.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .sort((a, b) => a - b);
}

/**
 * From `/proc/<pid>/stat`, where the fields follow the command's name, which may hold anything: state is field 3, the start
 * in ticks since boot field 22 (proc_pid_stat(5)). A zombie is not alive. Elsewhere only a signal tells.
 */
function processOf(pid: number): { readonly isAlive: boolean; readonly started: string } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { isAlive: fields[0] !== 'Z' && fields[0] !== 'X', started: fields[19] ?? '' };
  } catch {
    return { isAlive: process.platform !== 'linux' && takesSignals(pid), started: '' };
  }
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function spaceOf(): Promise<Pick<Owner, 'host' | 'space'>> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return { host: hostname(), space: `${boot.trim()} ${namespace}` };
}

function inUse(folder: string, path: string, owner: Owner): Failure {
  const where = owner.host === hostname() ? '' : ` on \`${owner.host}\``;
  return new Failure({
    code: 'storage-in-use',
    message: `\`${folder}\` belongs to the running process ${owner.pid}${where}: one process owns a registry's folder`,
    hints: [
      `stop that one first: kill ${owner.pid}`,
      'or serve another folder: --storage DIR',
      ...(owner.host === hostname() ? [] : [`where that machine is gone for good: rm ${path}`]),
    ],
  });
}
