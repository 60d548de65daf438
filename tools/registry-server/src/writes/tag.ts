import type { Answer, Write } from '../gate/gate.ts';
import { mayDo } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { mustOwn } from '../owners/component-owners.ts';
import { isOwnTag } from '../publish/tags.ts';
import { replaceDocument } from '../storage/write-package.ts';
import { judged } from './judged.ts';
import { publishedVersion, storedPackage } from './published-version.ts';
import type { WriteWorld } from './writes.ts';

/** `npm dist-tag add` (the body is a version, as a JSON string) and `rm`. The registry's own tags are out of reach. */
export async function changeTag(
  world: WriteWorld,
  write: Write<{ readonly kind: 'tag'; readonly name: string; readonly tag: string; readonly remove: boolean }>,
  body: unknown,
): Promise<Answer> {
  const { name, tag, remove } = write.route;
  const { identity } = write;
  mayDo(identity, 'tag');
  if (isOwnTag(tag)) {
    throw new Refusal({
      code: 'MOBY-D411',
      message: `\`${tag}\` is set by the registry: \`next\` and \`line-…\` by publishing, \`latest\` by promotion`,
    });
  }
  return world.turns(name, async () => {
    const before = await storedPackage(world, name);
    const version = remove ? before.tags[tag] : publishedVersion(before, body);
    if (version === undefined) throw new Refusal({ code: 'MOBY-D404', message: `\`${name}\` has no tag \`${tag}\`` });
    const owners = await world.findOwners(name, before);
    mustOwn(identity, name, owners);
    const { findings } = judged(
      await world.judge.change({ name, kind: 'tag', versions: [version], by: identity, owners, published: before }),
    );
    const { [tag]: _, ...others } = before.tags;
    await replaceDocument(world.store, { ...before, tags: remove ? others : { ...others, [tag]: version } });
    world.log({ level: 'info', event: remove ? 'untagged' : 'tagged', name, tag, version, user: identity.name });
    return { status: 201, body: { ok: remove ? 'tag removed' : 'tagged', success: true, findings } };
  });
}
