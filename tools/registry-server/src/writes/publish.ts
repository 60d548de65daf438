import { join } from 'node:path';
import type { Answer, Write } from '../gate/gate.ts';
import { mayDo, type Identity } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';
import { checkStatement } from '../owners/check-statement.ts';
import { parsePublishBody, type PublishBody } from '../publish/publish-body.ts';
import { releaseLine } from '../publish/release-line.ts';
import { isOwnTag, tagsOfPublish } from '../publish/tags.ts';
import { hashFile } from '../storage/hash-file.ts';
import { isMissing } from '../storage/file-error.ts';
import { packageFolder, tarballName, type StoredPackage } from '../storage/stored-package.ts';
import { addVersion, readForChange, replaceDocument } from '../storage/write-package.ts';
import { ownersFor } from './change-document.ts';
import { judged } from './judged.ts';
import type { WriteWorld } from './writes.ts';

/**
 * Publishes a version: what is sent is checked by shape and digest, then by the rules, then written. Sending again what
 * stands there with the same bytes is no error, so that a publish whose answer was lost can be repeated.
 */
export async function publish(
  world: WriteWorld,
  write: Write<{ readonly kind: 'document'; readonly name: string }>,
  body: unknown,
): Promise<Answer> {
  const { name } = write.route;
  const { identity } = write;
  mayDo(identity, 'publish');
  const sent = parsePublishBody(body, name);
  if (freeTag(sent) !== undefined) mayDo(identity, 'tag', 'publish without `--tag`');
  return world.turns(name, () => asNewName(world, name, () => publishInTurn(world, { name, identity, sent })));
}

/** While a name is published for the first time, those that come after it are compared with it as if it were there. */
async function asNewName<Result>({ store, newNames }: WriteWorld, name: string, work: () => Promise<Result>): Promise<Result> {
  if (store.journal.versionsOf(name).size > 0) return work();
  newNames.add(name);
  try {
    return await work();
  } finally {
    newNames.delete(name);
  }
}

interface InTurn {
  readonly name: string;
  readonly identity: Identity;
  readonly sent: PublishBody;
}

async function publishInTurn(world: WriteWorld, { name, identity, sent }: InTurn): Promise<Answer> {
  const { store, judge, log } = world;
  const { version, document, tarball, integrity } = sent;
  const before = await readForChange(store, { name, restored: version });
  const free = freeTag(sent);
  if (await isPublished(world, { name, sent, before })) {
    if (before !== undefined && free !== undefined && before.tags[free] !== version)
      return tagPublished(world, { name, version, tag: free, identity, before });
    return { status: 200, body: { ok: `${name}@${version} is published already, with these bytes`, success: true } };
  }
  const owners = await ownersFor(world, { name, identity, before });
  const tags = before?.tags ?? {};
  const line = releaseLine({ version, tag: sent.tag, lines: owners.lines, tags });
  const isRequired = world.settings.statements === 'required';
  const statement = checkStatement({ name, sent, owners, isRequired, now: store.now() });
  const newNames = [...world.newNames];
  const arriving = newNames.slice(0, Math.max(0, newNames.indexOf(name)));
  const coming = statement === undefined ? undefined : { keyid: statement.keyid, said: statement.said, why: statement.why };
  const asked = { name, version, line, document, tarball, integrity, by: identity, owners, statement: coming, published: before, arriving };
  const { findings, payload } = judged(`${name}@${version}`, await judge.publish(asked));
  const moved = tagsOfPublish({ version, line, free, tags });
  await addVersion(store, before, {
    ...sent,
    name,
    tags: moved,
    payload,
    ...(statement === undefined ? {} : { statement: statement.stored }),
    by: identity.name,
  });
  if (before === undefined) await world.onNewPackage(name);
  const told = findings.map(({ rule }) => rule);
  log({
    level: 'info',
    event: 'published',
    name,
    version,
    integrity,
    user: identity.name,
    ...(told.length === 0 ? {} : { findings: told }),
  });
  return { status: 201, body: { ok: `published ${name}@${version}`, success: true, tags: Object.keys(moved), payload, findings } };
}

/** The tag that a client asks for, where it is none that the registry sets by itself. `latest` is what npm sends where nobody asked. */
function freeTag({ tag }: PublishBody): string | undefined {
  return tag === undefined || isOwnTag(tag) ? undefined : tag;
}

interface ToTag {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly identity: Identity;
  readonly before: StoredPackage;
}

/** What was published without the tag gets it. */
async function tagPublished(world: WriteWorld, { name, version, tag, identity, before }: ToTag): Promise<Answer> {
  await ownersFor(world, { name, identity, before });
  await replaceDocument(world.store, { ...before, tags: { ...before.tags, [tag]: version } });
  world.log({ level: 'info', event: 'tagged', name, tag, version, user: identity.name });
  return { status: 201, body: { ok: `${name}@${version} is published already, with these bytes; tagged`, success: true, tags: [tag] } };
}

/** Whether exactly this is published and shown. Refuses other bytes for a version that ever was. */
async function isPublished(
  world: WriteWorld,
  { name, sent, before }: Omit<InTurn, 'identity'> & { readonly before: StoredPackage | undefined },
): Promise<boolean> {
  const { version, integrity } = sent;
  const { storage, journal } = world.store;
  const frozen = journal.integrityOf(name, version);
  const isShown = before?.versions[version] !== undefined;
  if (frozen === undefined && !isShown) return false;
  if (frozen !== integrity) {
    throw new Refusal({
      code: 'MOBY-D409',
      message: `${name}@${version} was published with other bytes (${frozen ?? 'of a time before the journal'}) and never changes: publish a new version`,
    });
  }
  return isShown && (await integrityOfFile(join(packageFolder(storage, name), tarballName(name, version)))) === integrity;
}

async function integrityOfFile(path: string): Promise<string | undefined> {
  try {
    return (await hashFile(path)).integrity;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
