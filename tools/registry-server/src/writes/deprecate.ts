import { isDeepStrictEqual } from 'node:util';
import type { Answer, Write } from '../gate/gate.ts';
import { mayDo } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { isJsonObject, memberOf, type JsonObject } from '../storage/json-object.ts';
import type { StoredPackage } from '../storage/stored-package.ts';
import { changeDocument } from './change-document.ts';
import type { WriteWorld } from './writes.ts';

const maxTextLength = 1024;
/** Members of a version's document that a client doesn't send back as it got them. */
const notCompared = new Set(['deprecated', 'dist', 'readme']);

/** `npm deprecate` sends the whole document back: against what is stored, only deprecation texts may differ. */
export async function deprecate(
  world: WriteWorld,
  write: Write<{ readonly kind: 'document'; readonly name: string }>,
  body: unknown,
): Promise<Answer> {
  const { name } = write.route;
  const { identity } = write;
  mayDo(identity, 'deprecate');
  if (!isJsonObject(body) || memberOf(body, 'name') !== name) throw other(`\`name\` must be \`${name}\`, as the address says`);
  const versions = memberOf(body, 'versions');
  if (!isJsonObject(versions)) throw other('`versions` must be an object');
  return changeDocument(world, { name, kind: 'deprecate', identity }, (before) => {
    const texts = changedTexts(before, versions);
    judgeTags(before, memberOf(body, 'dist-tags'));
    const changed = [...texts.keys()];
    if (changed.length === 0) return { kind: 'nothing', why: 'nothing changed' };
    return {
      kind: 'change',
      versions: changed,
      after: () => withTexts(before, texts),
      done: `deprecation of ${changed.join(', ')} changed`,
      event: 'deprecated',
    };
  });
}

/** Version → its new text; empty takes it away. */
function changedTexts(before: StoredPackage, versions: JsonObject): ReadonlyMap<string, string> {
  const missing = Object.keys(before.versions).find((version) => !Object.hasOwn(versions, version));
  if (missing !== undefined) throw other(`version ${missing} is missing: nothing is unpublished`);
  const texts = new Map<string, string>();
  for (const [version, sent] of Object.entries(versions)) {
    const stored = Object.hasOwn(before.versions, version) ? before.versions[version] : undefined;
    if (stored === undefined || !isJsonObject(sent)) throw other('`versions` must be those that are published');
    const field = [...new Set([...Object.keys(stored), ...Object.keys(sent)])].find(
      (each) => !notCompared.has(each) && !isDeepStrictEqual(stored[each], sent[each]),
    );
    if (field !== undefined)
      throw other(`\`${field.slice(0, 80).replace(/[^\x20-\x7e]/g, '?')}\` of ${version} differs from what was published`);
    const text = sent['deprecated'] ?? '';
    if (typeof text !== 'string' || text.length > maxTextLength)
      throw other(`\`deprecated\` of ${version} must be a text of at most ${maxTextLength} characters`);
    if (text !== (stored['deprecated'] ?? '')) texts.set(version, text);
  }
  return texts;
}

function judgeTags(before: StoredPackage, tags: unknown): void {
  if (tags === undefined) return;
  if (!isJsonObject(tags) || !isDeepStrictEqual({ ...tags }, before.tags))
    throw other('`dist-tags` differ from what is published: read it again');
}

function withTexts(before: StoredPackage, texts: ReadonlyMap<string, string>): StoredPackage {
  const versions: Record<string, JsonObject> = { ...before.versions };
  for (const [version, text] of texts) {
    const { deprecated: _, ...rest } = before.versions[version] ?? {};
    versions[version] = text === '' ? rest : { ...rest, deprecated: text };
  }
  return { ...before, versions };
}

function other(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D412', message: `only deprecation texts may change, and ${why}` });
}
