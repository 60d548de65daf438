import type { Answer, Write } from '../gate/gate.ts';
import { mayDo } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { isGreater, isStable } from '../publish/tags.ts';
import { memberOf, objectMember } from '../storage/json-object.ts';
import { changeDocument } from './change-document.ts';
import { publishedVersion } from './published-version.ts';
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
  return changeDocument(world, { name, kind: 'promote', identity }, (before) => {
    const version = publishedVersion(before, memberOf(body, 'version'));
    const latest = before.tags['latest'];
    if (latest === version) return { kind: 'nothing', why: `${version} is \`latest\` already` };
    if (!isStable(version)) throw notPromoted(`${version} is a prerelease`);
    if (isDeprecated(before.versions[version])) throw notPromoted(`${version} is deprecated`);
    if (latest !== undefined && !isGreater(version, latest) && !isDeprecated(before.versions[latest])) {
      throw notPromoted(`${latest} is \`latest\`, and greater; its line has the tag of its own`);
    }
    const { [version]: document = {} } = before.versions;
    return {
      kind: 'change',
      versions: [version],
      after: (payload) => ({
        ...before,
        versions: { ...before.versions, [version]: { ...document, dist: { ...objectMember(document, 'dist'), payload } } },
        tags: { ...before.tags, latest: version },
      }),
      done: `${version} is \`latest\``,
      event: 'promoted',
      details: { version },
    };
  });
}

function isDeprecated(document: unknown): boolean {
  const text = memberOf(document, 'deprecated');
  return typeof text === 'string' && text !== '';
}

function notPromoted(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D425', message: why });
}
