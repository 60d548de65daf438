import type { Answer, Write } from '../gate/gate.ts';
import { mayDo } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { memberOf, textMember } from '../storage/json-object.ts';
import { replaceDocument } from '../storage/write-package.ts';
import { storedPackage } from './published-version.ts';
import type { WriteWorld } from './writes.ts';

const maxOwners = 50;

/** `npm owner add` and `rm`: where there is no library, a steward says who owns a component. */
export async function changeOwners(
  world: WriteWorld,
  write: Write<{ readonly kind: 'revision'; readonly name: string }>,
  body: unknown,
): Promise<Answer> {
  const { name } = write.route;
  const { identity } = write;
  mayDo(identity, 'publish');
  return world.turns(name, async () => {
    const before = await storedPackage(world, name);
    const { kind } = await world.findOwners(name, before);
    const own = name.slice(name.indexOf('/') + 1);
    if (kind === 'library')
      throw new Refusal({
        code: 'MOBY-D407',
        message: `owners of \`${name}\` stand in components/${own}/OWNERS.yaml: change them by a pull request`,
      });
    mayDo(identity, 'own');
    const owners = ownersIn(memberOf(body, 'maintainers'), world);
    const document = { ...before.document, maintainers: owners.map((owner) => ({ name: owner })) };
    await replaceDocument(world.store, { ...before, document });
    world.log({ level: 'info', event: 'owners', name, owners, user: identity.name });
    return { status: 201, body: { ok: `\`${name}\` belongs to ${owners.join(', ')}`, success: true } };
  });
}

function ownersIn(list: unknown, { users }: WriteWorld): readonly string[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > maxOwners)
    throw new Refusal({ code: 'MOBY-D422', message: `\`maintainers\` must be a list of 1 to ${maxOwners} users` });
  const names = list.map((one: unknown) => textMember(one, 'name') ?? '');
  const unknown = names.find((name) => users.markOf(name) === undefined);
  if (unknown !== undefined)
    throw new Refusal({
      code: 'MOBY-D422',
      message: `\`${unknown.slice(0, 64).replace(/[^\x20-\x7e]/g, '?')}\` is no user of this registry`,
    });
  return [...new Set(names)];
}
