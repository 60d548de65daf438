import { relative, resolve, sep } from 'node:path';
import { Failure, type ComponentName, type Judged, type Manifest, type Registry } from '@moby/model';
import { openOverlayRegistry } from '@moby/registry';
import type { Lockfile } from '../lock/lockfile.ts';
import { readLock } from '../lock/read-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import { maxAssemblyBytes } from '../parse/locate-assembly.ts';
import { withOwnComponents } from '../parse/own-components.ts';
import { parseAssembly, type AssemblyText } from '../parse/parse-assembly.ts';
import { wishedOf } from '../resolve/resolve-assembly.ts';
import type { LibraryView } from './library-view.ts';

/** An assembly of a library, with the components of its own folders. */
export interface AssemblyInLibrary {
  readonly assembly: Assembly;
  readonly registry: Registry;
  /** What a resolution starts from. */
  readonly wished: { readonly names: readonly ComponentName[]; readonly capabilities: readonly string[] };
  /** Components of its own folders. */
  readonly own: readonly Manifest[];
  readonly lock: LockInLibrary | undefined;
}

/** The lock beside an assembly. */
export interface LockInLibrary {
  readonly text: string;
  readonly read: Judged<Lockfile>;
}

export interface ParsedInLibrary {
  readonly parsed: Judged<AssemblyInLibrary>;
  /** Every file that was looked for to parse it, by its path; of a component's folder the folder, with a slash behind. */
  readonly looked: ReadonlySet<string>;
}

/** Of one assembly. */
const maxLockBytes = 4 * 1024 ** 2;

/** `assemblies/<name>/assembly.yaml` of a library, and the lock beside it; undefined where there is none. `library.file` may throw `limit`. */
export async function parseInLibrary(name: string, library: LibraryView): Promise<ParsedInLibrary | undefined> {
  const looked = new Set<string>();
  const file = (path: string, maxBytes: number): Promise<Uint8Array | undefined> => {
    looked.add(path);
    return library.file(path, maxBytes);
  };
  const found = await refusedAsFinding(() => textOf(name, file));
  if (!found.ok) return { parsed: found, looked };
  const { value: text } = found;
  if (text === undefined) return undefined;
  const lockFile = `assemblies/${name}/assembly.lock.json`;
  const lock = await refusedAsFinding(() => lockOf(lockFile, file));
  const parsed = await parseAssembly(text, {
    readFile: async (path, maxBytes) => {
      const bytes = await refusedAsFinding(() => file(fromTop(path), maxBytes));
      return bytes.ok ? bytes.value : undefined;
    },
    findBase: async (base) => {
      const of = await refusedAsFinding(() => textOf(base, file));
      return of.ok ? of.value : undefined;
    },
  });
  if (!parsed.ok) return { parsed, looked };
  const own = await refusedAsFinding(() =>
    withOwnComponents(parsed.value, (folder) => {
      looked.add(`${fromTop(folder)}/`);
      return library.ownComponent(fromTop(folder));
    }),
  );
  if (!own.ok) return { parsed: own, looked };
  const { assembly, registries } = own.value;
  const registry = registries.length === 0 ? library.registry : openOverlayRegistry([...registries, library.registry]);
  const value = {
    assembly,
    registry,
    wished: wishedOf(assembly),
    own: own.value.manifests,
    lock: lock.ok ? lock.value : { text: '', read: lock },
  };
  return { parsed: { ok: true, value, findings: parsed.findings }, looked };
}

async function lockOf(path: string, file: LibraryView['file']): Promise<LockInLibrary | undefined> {
  const text = decoded(await file(path, maxLockBytes));
  return text === undefined ? undefined : { text, read: await readLock({ file: path, text }) };
}

async function textOf(name: string, file: LibraryView['file']): Promise<AssemblyText | undefined> {
  const path = `assemblies/${name}/assembly.yaml`;
  const text = decoded(await file(path, maxAssemblyBytes));
  return text === undefined ? undefined : { file: path, folder: resolve('/', 'assemblies', name), text };
}

/** The parser's paths are those of a library that lies at the top of a file system. */
function fromTop(path: string): string {
  return relative(resolve('/'), path).split(sep).join('/');
}

function decoded(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** What is wrong with what was read is said of it; what can't be read at all is thrown on. */
export async function refusedAsFinding<Value>(read: () => Promise<Value>): Promise<Judged<Value>> {
  try {
    return { ok: true, value: await read(), findings: [] };
  } catch (error) {
    if (!(error instanceof Failure) || !refusals.includes(error.code)) throw error;
    const { code, message, hints, findings } = error;
    return { ok: false, findings: findings.length > 0 ? findings : [{ severity: 'error', code, message, hints }] };
  }
}

const refusals: readonly Failure['code'][] = ['invalid-input', 'not-found', 'wrong-facts', 'limit'];
