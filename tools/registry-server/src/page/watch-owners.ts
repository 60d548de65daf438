import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isComponentName, type ComponentName } from '@moby/model';

/** Which components' OWNERS.yaml in a library became another. */
export interface OwnersWatch {
  /** Since the call before, sorted; the first call has nothing to compare with. What can't be read is as if it weren't there. */
  changed(): Promise<readonly ComponentName[]>;
}

interface Seen {
  /** Inode, size and time: while they stay, the file isn't read again. */
  readonly state: string;
  readonly digest: string;
}

/** Nothing tells a server of a pull request that was merged, so the files are looked at: events of a file system miss what happens elsewhere. */
export function watchOwners(library: string): OwnersWatch {
  const folder = join(library, 'components');
  let seen: ReadonlyMap<ComponentName, Seen> | undefined;
  return {
    changed: async () => {
      const before = seen;
      const after = new Map<ComponentName, Seen>();
      for (const name of (await readdir(folder).catch((): string[] => [])).filter(isComponentName)) {
        const found = await look(join(folder, name, 'OWNERS.yaml'), before?.get(name));
        if (found !== undefined) after.set(name, found);
        await setImmediate();
      }
      seen = after;
      if (before === undefined) return [];
      const names = new Set([...before.keys(), ...after.keys()]);
      return [...names].filter((name) => before.get(name)?.digest !== after.get(name)?.digest).sort();
    },
  };
}

async function look(path: string, before: Seen | undefined): Promise<Seen | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    const state = `${ino} ${size} ${mtimeNs}`;
    if (before?.state === state) return before;
    return {
      state,
      digest: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    };
  } catch {
    return undefined;
  }
}
