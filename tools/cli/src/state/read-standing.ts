import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  defaultLifecycle,
  lifecycleFile,
  maxLifecycleBytes,
  maxOwnersBytes,
  readLifecycle,
  readOwners,
  type Lifecycle,
  type LifecycleRole,
  type Owners,
  type StateRule,
} from '@moby/governor';
import { Failure, type Judged } from '@moby/model';
import { readPolicyFile } from '../library/read-policy-file.ts';
import { componentFoldersOf, findLibrary, type PlaceFlags } from '../places.ts';
import { readBounded } from '../read-bounded.ts';

/** Where a component stands in its life, and the library's word about it. */
export interface Standing {
  readonly component: string;
  /** OWNERS.yaml as messages call it, and where it lies. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
  readonly owners: Owners;
  readonly lifecycle: Lifecycle;
  /** What the life cycle says of the state. */
  readonly rule: StateRule | undefined;
  /** Who is known to hold a role, by name. */
  holders(role: LifecycleRole): readonly string[];
  /** Reads another text in the place of OWNERS.yaml. */
  readText(text: string): Promise<Judged<Owners>>;
}

/** Reads OWNERS.yaml, and life cycle and policy of the library around. Throws `not-found`; what is wrong in the files are findings. */
export async function readStanding(name: string, flags: PlaceFlags): Promise<Judged<Standing>> {
  const library = findLibrary(process.cwd());
  const roots = [...componentFoldersOf(flags), ...(library === undefined ? [] : [join(library, 'components')])];
  const path = roots.map((root) => join(root, name, 'OWNERS.yaml')).find((candidate) => existsSync(candidate));
  if (!/^[a-z][a-z0-9-]*$/.test(name) || path === undefined)
    throw new Failure({
      code: 'not-found',
      message: `there is no OWNERS.yaml of a component \`${name}\` here`,
      hints: ['all components: npx moby-compose list components', 'without a line: redis, not redis/8.0'],
    });
  const near = relative(process.cwd(), path);
  const file = near.startsWith('../../') ? path : near;
  const text = await readBounded(path, maxOwnersBytes);
  const owners = await readOwners(text, file);
  if (!owners.ok) return owners;
  const lifecycle = await readLifecycleFile(library);
  if (!lifecycle.ok) return lifecycle;
  const policy = await readPolicyFile(library);
  if (!policy.ok) return policy;
  const { people = [] } = owners.value;
  return {
    ok: true,
    value: {
      component: name,
      file,
      path,
      text,
      owners: owners.value,
      lifecycle: lifecycle.value,
      rule: lifecycle.value.states.find((state) => state.name === owners.value.lifecycle),
      holders: (role) => {
        if (role === 'maintainer') return people.map((person) => person.name);
        return role === 'steward' || role === 'security-team' || role === 'bot'
          ? policy.value.roles[role].map((holder) => holder.name)
          : [];
      },
      readText: (next) => readOwners(next, file),
    },
    findings: [],
  };
}

/** `defaultLifecycle` where the library has none of its own. */
async function readLifecycleFile(library: string | undefined): Promise<Judged<Lifecycle>> {
  const path = library === undefined ? undefined : join(library, lifecycleFile);
  if (path === undefined || !existsSync(path)) return { ok: true, value: defaultLifecycle, findings: [] };
  return readLifecycle(await readBounded(path, maxLifecycleBytes), lifecycleFile);
}
