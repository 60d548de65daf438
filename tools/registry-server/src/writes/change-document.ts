import type { Answer } from '../gate/gate.ts';
import type { Identity } from '../gate/identity.ts';
import { mustOwn, type ComponentOwners } from '../owners/component-owners.ts';
import type { Change } from '../publish/judge.ts';
import type { PayloadState, StoredPackage } from '../storage/stored-package.ts';
import { replaceDocument } from '../storage/write-package.ts';
import { judged } from './judged.ts';
import { storedPackage } from './published-version.ts';
import type { WriteWorld } from './writes.ts';

/** What somebody wants to change of a package's document. */
export interface Changing {
  readonly name: string;
  readonly kind: Change['kind'];
  readonly identity: Identity;
}

/** What it comes to, once it is known what is published. */
export type Planned =
  | { readonly kind: 'nothing'; readonly why: string }
  | {
      readonly kind: 'change';
      readonly versions: readonly string[];
      readonly after: (payload: PayloadState) => StoredPackage;
      /** What is answered when it is done. */
      readonly done: string;
      /** For the log. */
      readonly event: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** Changes a document in its turn: of what is there, by who may, as the rules have it. `plan` throws a `Refusal`. */
export async function changeDocument(
  world: WriteWorld,
  { name, kind, identity }: Changing,
  plan: (before: StoredPackage) => Planned,
): Promise<Answer> {
  return world.turns(name, async () => {
    const before = await storedPackage(world, name);
    const planned = plan(before);
    if (planned.kind === 'nothing') return { status: 200, body: { ok: planned.why, success: true } };
    const { versions, after, done, event, details = { versions } } = planned;
    const owners = await ownersFor(world, { name, identity, before });
    const { findings, payload } = judged(name, await world.judge.change({ name, kind, versions, by: identity, owners, published: before }));
    await replaceDocument(world.store, after(payload));
    world.log({ level: 'info', event, name, ...details, user: identity.name });
    return { status: 201, body: { ok: done, success: true, findings } };
  });
}

export interface Owning {
  readonly name: string;
  readonly identity: Identity;
  /** What is published. */
  readonly before: StoredPackage | undefined;
}

/** Who owns a component that somebody wants to change. Throws a `Refusal` where it isn't them. */
export async function ownersFor(world: WriteWorld, { name, identity, before }: Owning): Promise<ComponentOwners> {
  const owners = await world.findOwners(name, before);
  mustOwn(identity, name, owners);
  return owners;
}
