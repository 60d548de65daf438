import type { Answer, Write } from '../gate/gate.ts';
import { mayDo } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { mustOwn } from '../owners/component-owners.ts';
import { isGreater, isStable } from '../publish/tags.ts';
import { memberOf, objectMember } from '../storage/json-object.ts';
import { replaceDocument } from '../storage/write-package.ts';
import { judged } from './judged.ts';
import { publishedVersion, storedPackage } from './published-version.ts';
import type { WriteWorld } from './writes.ts';

/**
 * `POST /-/moby/v1/package/NAME/promote` with `{"version": …}`: the version becomes `latest`, which is the greatest stable
 * version that somebody stands for. It never goes back, other than by a promotion after the present one was yanked.
 */
export async function promote(
  world: WriteWorld,
  write: Write<{ readonly kind: 'promote'; readonly name: string }>,
  body: unknown,
): Promise<Answer> {
  const { name } = write.route;
  const { identity } = write;
  mayDo(identity, 'promote');
  return world.turns(name, async () => {
    const before = await storedPackage(world, name);
    const version = publishedVersion(before, memberOf(body, 'version'));
    const latest = before.tags['latest'];
    if (latest === version) return { status: 200, body: { ok: `${version} is \`latest\` already`, success: true } };
    if (!isStable(version)) throw notPromoted(`${version} is a prerelease`);
    if (isDeprecated(before.versions[version])) throw notPromoted(`${version} is deprecated`);
    if (latest !== undefined && !isGreater(version, latest) && !isDeprecated(before.versions[latest])) {
      throw notPromoted(`${latest} is \`latest\`, and greater; its line has the tag of its own`);
    }
    const owners = await world.findOwners(name, before);
    mustOwn(identity, name, owners);
    const change = { name, kind: 'promote', versions: [version], by: identity, owners, published: before } as const;
    const { findings, payload } = judged(await world.judge.change(change));
    const { [version]: document = {} } = before.versions;
    const proven = { ...document, dist: { ...objectMember(document, 'dist'), payload } };
    await replaceDocument(world.store, {
      ...before,
      versions: { ...before.versions, [version]: proven },
      tags: { ...before.tags, latest: version },
    });
    world.log({ level: 'info', event: 'promoted', name, version, user: identity.name });
    return { status: 201, body: { ok: `${version} is \`latest\``, success: true, findings } };
  });
}

function isDeprecated(document: unknown): boolean {
  const text = memberOf(document, 'deprecated');
  return typeof text === 'string' && text !== '';
}

function notPromoted(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D425', message: why });
}
