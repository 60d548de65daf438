import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openTree, type Commit, type FileEntry, type Repository } from '@moby/governor/collect';
import { Failure } from '@moby/model';

/** The library as a commit has it, in a folder of its own: tools work there, and the work tree stays as it is. */
export interface StagedLibrary {
  readonly folder: string;
  /** Components, sorted, and their lines as `redis/8.0`. */
  readonly components: readonly string[];
  readonly lines: readonly string[];
  readonly assemblies: readonly string[];
  /** Lines, and files beside them, that are no regular files there. */
  readonly odd: ReadonlySet<string>;
  /** What the tools have made of files below `components/` and `assemblies/`; undefined for one that is gone. */
  changes(paths: readonly string[]): Promise<ReadonlyMap<string, StagedChange>>;
  /** Puts files back as the commit has them. */
  restore(paths: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** `before`: of the commit; missing for a file that is new. */
export interface StagedChange {
  readonly before?: FileEntry;
  readonly bytes?: Uint8Array;
}

const maxFiles = 200_000;
const maxFileBytes = 64 * 1024 ** 2;
const maxAllBytes = 2 * 1024 ** 3;

/** Throws `limit`, `io`, `no-space`, and `invalid-input` for a path that leads out of the library. */
export async function stageLibrary({ objects }: Repository, { tree }: Commit): Promise<StagedLibrary> {
  const reader = openTree(objects, tree);
  const folder = await mkdtemp(join(tmpdir(), 'moby-sweep-'));
  const files = new Map<string, FileEntry>();
  const odd = new Set<string>();
  let total = 0;
  const put = async (path: string, { oid, mode }: FileEntry): Promise<void> => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await objects.read(oid, 'blob', maxFileBytes), { mode: mode === '100755' ? 0o755 : 0o644 });
  };
  const fill = async (): Promise<void> => {
    for (const top of ['components', 'assemblies']) {
      await mkdir(join(folder, top), { recursive: true });
      for (const [own, entry] of await reader.filesBelow(top, maxFiles)) {
        const path = `${top}/${own}`;
        refuseEscape(path);
        if (entry.mode !== '100644' && entry.mode !== '100755') {
          odd.add(path.split('/').slice(1, 3).join('/'));
          continue;
        }
        total += objects.headOf(entry.oid).size;
        if (total > maxAllBytes) throw new Failure({ code: 'limit', message: `the library has more than ${maxAllBytes} bytes` });
        files.set(path, entry);
        await put(path, entry);
      }
    }
  };
  try {
    await fill();
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw failureOf(cause, folder);
  }
  const names = (await reader.names('components')).folders;
  const lines = [...files.keys()].flatMap((path) => /^components\/([^/]+\/[^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
  return {
    folder,
    components: [...names].sort(),
    lines: lines.sort(),
    assemblies: (await reader.names('assemblies')).folders,
    odd,
    changes: async (paths) => {
      const changes = new Map<string, StagedChange>();
      for (const path of paths) {
        const before = files.get(path);
        const bytes = await readFile(join(folder, path)).catch(() => undefined);
        const was = before === undefined ? undefined : await objects.read(before.oid, 'blob', maxFileBytes);
        if (bytes === undefined ? was === undefined : was?.equals(bytes) === true) continue;
        changes.set(path, { ...(before === undefined ? {} : { before }), ...(bytes === undefined ? {} : { bytes }) });
      }
      return changes;
    },
    restore: async (paths) => {
      for (const path of paths) {
        const before = files.get(path);
        await rm(join(folder, path), { force: true });
        if (before !== undefined) await put(path, before);
      }
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** A tree may hold names that git would not check out. */
function refuseEscape(path: string): void {
  const isPlain = path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
  if (isPlain) return;
  throw new Failure({
    code: 'invalid-input',
    message: `\`${path}\` leads out of its folder, so the library is not looked at`,
    hints: ['git fsck tells more'],
  });
}

function failureOf(cause: unknown, folder: string): unknown {
  if (cause instanceof Failure || !(cause instanceof Error) || !('code' in cause)) return cause;
  const code = String(cause.code);
  return new Failure({
    code: code === 'ENOSPC' ? 'no-space' : 'io',
    message: `the library can't be copied to \`${folder}\`: ${code}`,
    cause,
  });
}
