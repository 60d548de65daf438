import { join } from 'node:path';
import { Failure } from '@moby/model';
import type { KnownKeys } from '@moby/registry/npm';
import { readVerifyingKey } from '@moby/trust/registry';
import { readOwners } from '../author/read-owners.ts';

/** The scope that a library's OWNERS.yaml speak for. */
const librarysScope = '@moby';

/**
 * The keys of a component's OWNERS.yaml in the library; undefined where there is no library, the component is not in it, or nobody names a key.
 * Throws `invalid-input` where the file can't be read as one.
 */
export async function libraryOwnersKeys(library: string | undefined, npmName: string): Promise<KnownKeys | undefined> {
  const [scope, name = ''] = npmName.split('/');
  if (library === undefined || scope !== librarysScope) return undefined;
  const label = `components/${name}`;
  const owners = await readOwners({ folder: join(library, label), label });
  if (owners === undefined) return undefined;
  const file = `${label}/OWNERS.yaml`;
  if (!owners.ok) throw new Failure({ code: 'invalid-input', message: `\`${file}\` is not in order`, findings: owners.findings });
  const keys = owners.value.maintainers.flatMap(({ keys: own = [] }) => own.map((key) => readVerifyingKey(key, file)));
  return keys.length === 0 ? undefined : { keys, file };
}
