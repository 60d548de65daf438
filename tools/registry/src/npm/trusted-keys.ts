import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '@moby/content';
import { canonicalJson, Failure } from '@moby/model';
import { publicKeysOf, readPublicKeys, type VerifyingKey } from '@moby/trust/registry';
import { isRecord } from './packument.ts';

/** Whose keys: a registry's, by its address, or those that the owners of a component sign with, by npm's name of it. */
export type KeyHolder = { readonly kind: 'registries' | 'owners'; readonly name: string };

export interface KnownKeys {
  readonly keys: readonly VerifyingKey[];
  /** The file that says so. */
  readonly file: string;
}

export interface TrustFiles {
  /** Beside the assemblies, written by people: what it says of somebody counts alone. */
  readonly project: string | undefined;
  /** One's own, into which keys are written at their first use. */
  readonly own: string;
}

/** The keys that are known on this machine, as ssh knows hosts: who is met for the first time is believed and remembered. */
export interface TrustedKeys {
  /** Undefined for somebody who was never met. Throws `invalid-input`, `io`. */
  known(holder: KeyHolder): Promise<KnownKeys | undefined>;
  /** Adds to those that are known; gives the file. Throws `invalid-input`, `no-space`, `io`. */
  remember(holder: KeyHolder, keys: readonly VerifyingKey[]): Promise<string>;
}

const maxFileBytes = 4 * 1024 * 1024;

type TrustDocument = Readonly<Record<KeyHolder['kind'], Readonly<Record<string, unknown>>>>;

/** Files of `{"trust": 1, "registries": {ADDRESS: {"keys": […]}}, "owners": {PACKAGE: {"keys": […]}}}`, keys as npm's registries list them. */
export function openTrustedKeys({ project, own }: TrustFiles): TrustedKeys {
  // Several are met at once, and each is added to what the file has then.
  let writing: Promise<unknown> = Promise.resolve();
  return {
    known: async (holder) => {
      await writing;
      for (const file of project === undefined ? [own] : [project, own]) {
        const keys = keysIn(await readTrust(file), holder, file);
        if (keys !== undefined) return { keys, file };
      }
      return undefined;
    },
    remember: (holder, keys) => {
      const written = writing.then(() => add(own, holder, keys));
      writing = written.catch(() => undefined);
      return written;
    },
  };
}

async function add(file: string, holder: KeyHolder, keys: readonly VerifyingKey[]): Promise<string> {
  const document = await readTrust(file);
  const before = keysIn(document, holder, file) ?? [];
  const added = keys.filter(({ keyid }) => !before.some((one) => one.keyid === keyid));
  const entry = publicKeysOf([...before, ...added]);
  if (added.length > 0) await write(file, { ...document, [holder.kind]: { ...document[holder.kind], [holder.name]: entry } });
  return file;
}

function keysIn(document: TrustDocument, { kind, name }: KeyHolder, file: string): readonly VerifyingKey[] | undefined {
  const entries = document[kind];
  return Object.hasOwn(entries, name) ? readPublicKeys(entries[name], `${file} of ${name}`) : undefined;
}

async function readTrust(file: string): Promise<TrustDocument> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR') return { registries: {}, owners: {} };
    throw new Failure({ code: 'io', message: `\`${file}\` can't be read: ${errorCode(cause) ?? 'unknown error'}`, cause });
  }
  const value = text.length > maxFileBytes ? undefined : parsed(text);
  if (isRecord(value) && value['trust'] === 1) {
    const { registries = {}, owners = {} } = value;
    if (isRecord(registries) && isRecord(owners)) return { registries, owners };
  }
  throw new Failure({
    code: 'invalid-input',
    message: `\`${file}\` is no file of trusted keys: an object with \`"trust": 1\`, \`registries\` and \`owners\``,
    hints: ['put it back from a copy; without it the keys of every registry are believed at their next use'],
  });
}

async function write(file: string, document: TrustDocument): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const text = canonicalJson({ ...document, trust: 1 });
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(part, text, { flush: true });
    await rename(part, file);
  } catch (cause) {
    throw new Failure({
      code: errorCode(cause) === 'ENOSPC' ? 'no-space' : 'io',
      message: `the key of a registry that was met for the first time can't be written into \`${file}\`: ${errorCode(cause) ?? 'unknown error'}`,
      hints: ['set `XDG_CONFIG_HOME` to a folder of your own'],
      cause,
    });
  } finally {
    await rm(part, { force: true });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
