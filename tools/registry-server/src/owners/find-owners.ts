import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stateNames } from '@moby/governor';
import { Failure, readYaml, validateDocument, type Document } from '@moby/model';
import { readVerifyingKey, type VerifyingKey } from '@moby/trust';
import { Refusal } from '../gate/refusal.ts';
import { isJsonObject, memberOf, textMember } from '../storage/json-object.ts';
import type { Journal } from '../storage/open-journal.ts';
import type { StoredPackage } from '../storage/stored-package.ts';
import type { ComponentOwners } from './component-owners.ts';
import { readBounded } from './read-bounded.ts';

/** Finds who owns a component, anew for each write: a pull request that was merged counts from the next one on. */
export type FindOwners = (name: string, published: StoredPackage | undefined) => Promise<ComponentOwners>;

export interface FindOwnersOptions {
  /** A checkout of the library, which speaks for the first scope; undefined where whoever comes first owns a name. */
  readonly library: string | undefined;
  readonly scopes: readonly string[];
  readonly journal: Journal;
}

const maxFileBytes = 64 * 1024;

export function findOwners({ library, scopes, journal }: FindOwnersOptions): FindOwners {
  return async (name, published) => {
    const [scope, own = ''] = name.split('/');
    if (library !== undefined && scope === scopes[0]) return libraryOwners(library, own);
    const first = journal.publisherOf(name);
    const users = usersOf(published) ?? (first === undefined ? [] : [first]);
    return {
      kind: 'registry',
      isKnown: users.length > 0,
      lifecycle: 'maintained',
      users,
      keys: [],
      lines: [],
    };
  };
}

/** Those that the registry's own document names. */
function usersOf(published: StoredPackage | undefined): readonly string[] | undefined {
  const list = memberOf(published?.document, 'maintainers');
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((one: unknown) => textMember(one, 'name') ?? []);
}

async function libraryOwners(library: string, own: string): Promise<ComponentOwners> {
  const nobody = { kind: 'library', isKnown: false, lifecycle: 'experimental', users: [], keys: [], lines: [] } as const;
  const folder = join(library, 'components', own);
  const file = `components/${own}/OWNERS.yaml`;
  const found = await readBounded(join(folder, 'OWNERS.yaml'), maxFileBytes);
  if (found === undefined) return nobody;
  if (found === 'too-large') throw unreadable(file, `it is larger than ${maxFileBytes} bytes`);
  const read = await readYaml({ file, text: found.text });
  const findings = read.ok ? await validateDocument(read.value, 'owners') : read.findings;
  const [finding] = findings;
  if (!read.ok || finding !== undefined) throw unreadable(file, finding?.message ?? '');
  const maintainers = maintainersOf(read.value);
  return {
    kind: 'library',
    isKnown: true,
    lifecycle: lifecycleOf(read.value),
    users: maintainers.flatMap((one) => textMember(one, 'registry') ?? []),
    keys: maintainers.flatMap(keysOf).map((key) => keyOf(key, file)),
    lines: (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name),
  };
}

function maintainersOf({ value }: Document): readonly unknown[] {
  const list = memberOf(value, 'maintainers');
  return Array.isArray(list) ? list : [];
}

function keysOf(maintainer: unknown): readonly string[] {
  const keys = memberOf(maintainer, 'keys');
  return Array.isArray(keys) ? keys.map(String) : [];
}

function keyOf(text: string, file: string): VerifyingKey {
  try {
    return readVerifyingKey(text, file);
  } catch (error) {
    throw error instanceof Failure ? unreadable(file, error.message) : error;
  }
}

function lifecycleOf({ value }: Document): ComponentOwners['lifecycle'] {
  const said = isJsonObject(value) ? value['lifecycle'] : undefined;
  return stateNames.find((state) => state === said) ?? 'experimental';
}

function unreadable(file: string, why: string): Refusal {
  return new Refusal({
    code: 'MOBY-D427',
    message: `\`${file}\` of the library says nobody for certain, so nothing of it changes: ${why}`,
  });
}
