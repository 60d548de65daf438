import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '@moby/model';

/** Where a new component is put together, beside the library's own: it is moved there whole, or never. */
export interface Stage {
  /** The folder of a staged line. */
  folderOf(name: string, line: string): string;
  write(path: string, text: string): Promise<void>;
  /**
   * Moves a staged component into the library: all of it where the library has none of its name, else its line, and of what stands
   * beside the lines only what is not there yet. Gives the paths that were written, below the library's folder.
   */
  commit(name: string, line: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const stagePattern = /^\.new-([0-9]+)$/;

/** Opens a stage in a folder of components, and takes away those that killed processes have left. */
export async function openStage(folder: string): Promise<Stage> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => fail(folder, cause));
  await sweep(folder);
  const stage = join(folder, `.new-${process.pid}`);
  const folderOf = (name: string, line: string): string => join(stage, name, line);
  return {
    folderOf,
    write: async (path, text) => {
      const file = join(stage, path);
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text, { flush: true });
      } catch (cause) {
        fail(file, cause);
      }
    },
    commit: async (name, line) => {
      const from = { component: join(stage, name), line: folderOf(name, line) };
      const to = { component: join(folder, name), line: join(folder, name, line) };
      if (!existsSync(to.component)) {
        const paths = await filesBelow(from.component, name);
        await rename(from.component, to.component).catch((cause: unknown) => fail(to.component, cause));
        return paths;
      }
      const beside: string[] = [];
      for (const file of ['OWNERS.yaml', 'README.md']) {
        const source = join(from.component, file);
        if (!existsSync(source) || existsSync(join(to.component, file))) continue;
        await rename(source, join(to.component, file)).catch((cause: unknown) => fail(file, cause));
        beside.push(`${name}/${file}`);
      }
      const paths = await filesBelow(from.line, `${name}/${line}`);
      if (existsSync(to.line)) await replaceFiles(from.line, to.line);
      else await rename(from.line, to.line).catch((cause: unknown) => fail(to.line, cause));
      return [...paths, ...beside];
    },
    close: () => rm(stage, { recursive: true, force: true }),
  };
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = stagePattern.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** File by file, package.json last: it names the payload that the others belong to. What a hand has put beside stays. */
async function replaceFiles(from: string, to: string): Promise<void> {
  const names = (await readdir(from, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
  for (const stale of ['symbols.json', 'kernel-symbols.json']) if (!names.includes(stale)) await rm(join(to, stale), { force: true });
  for (const name of names.sort((a, b) => Number(a === 'package.json') - Number(b === 'package.json'))) {
    await rename(join(from, name), join(to, name)).catch((cause: unknown) => fail(join(to, name), cause));
  }
}

async function filesBelow(folder: string, prefix: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${prefix}${join(entry.parentPath, entry.name).slice(folder.length)}`)
    .sort();
}

function fail(path: string, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
  throw new Failure({ code: code === 'ENOSPC' ? 'no-space' : 'io', message: `\`${path}\` can't be written: ${code}`, cause });
}
