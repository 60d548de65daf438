import type { Answer, Write } from '../gate/gate.ts';
import { mayDo } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { isOwnTag } from '../publish/tags.ts';
import { changeDocument } from './change-document.ts';
import { publishedVersion } from './published-version.ts';
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
  return changeDocument(world, { name, kind: 'tag', identity }, (before) => {
    const version = remove ? before.tags[tag] : publishedVersion(before, body);
    if (version === undefined) throw new Refusal({ code: 'MOBY-D404', message: `\`${name}\` has no tag \`${tag}\`` });
    const { [tag]: _, ...others } = before.tags;
    return {
      kind: 'change',
      versions: [version],
      after: () => ({ ...before, tags: remove ? others : { ...others, [tag]: version } }),
      done: remove ? 'tag removed' : 'tagged',
      event: remove ? 'untagged' : 'tagged',
      details: { tag, version },
    };
  });
}
