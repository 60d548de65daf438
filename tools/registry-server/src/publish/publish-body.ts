import { Refusal } from '../gate/refusal.ts';
import { isJsonObject, memberOf, objectMember, textMember, type JsonObject } from '../storage/json-object.ts';
import { hashBytes, type Hashes } from '../storage/hash-file.ts';
import { tarballName } from '../storage/stored-package.ts';
import { judgeFields } from './version-fields.ts';
import { isStrictVersion } from './strict-version.ts';
import { isTagName } from './tags.ts';

/** What a client sends to publish, checked: one version and its tarball, which agree. */
export interface PublishBody extends Hashes {
  readonly version: string;
  /** The version's document as the client made it. */
  readonly document: JsonObject;
  readonly readme: string;
  readonly tarball: Buffer;
  readonly bundle: JsonObject | undefined;
  /** The tag that the client wants. */
  readonly tag: string | undefined;
}

const maxBundleBytes = 1 << 20;

/** Whether a body wants to publish: it brings bytes. */
export function bringsBytes(body: unknown): boolean {
  const attachments = memberOf(body, '_attachments');
  return attachments !== undefined && !(isJsonObject(attachments) && Object.keys(attachments).length === 0);
}

/**
 * Reads the body of a publish. Everything that is used later is checked here, by type and by bound, so that no odd document
 * reaches what comes behind; what is not used is dropped. Throws a `Refusal` that names the first thing that is wrong.
 */
export function parsePublishBody(body: unknown, name: string): PublishBody {
  if (!isJsonObject(body)) throw malformed('a publish is a JSON object');
  for (const field of ['_id', 'name']) {
    const said = memberOf(body, field);
    if (said !== name) throw malformed(`\`${field}\` must be \`${name}\`, as the address says`);
  }
  const versions = memberOf(body, 'versions');
  if (!isJsonObject(versions) || Object.keys(versions).length !== 1) throw malformed('`versions` must hold exactly one version');
  const version = Object.keys(versions)[0] ?? '';
  if (!isStrictVersion(version))
    throw malformed(`\`${printable(version)}\` is no strict semver version without build metadata, as 1.2.3 or 1.2.3-rc.1`);
  const document = versions[version];
  if (!isJsonObject(document)) throw malformed(`\`versions[${version}]\` must be an object`);
  if (textMember(document, 'name') !== name) throw malformed(`the document's \`name\` must be \`${name}\``);
  if (textMember(document, 'version') !== version) throw malformed(`the document's \`version\` must be \`${version}\``);
  judgeFields(document);
  const tag = parseTag(memberOf(body, 'dist-tags'), version);
  const readme = memberOf(body, 'readme') ?? memberOf(document, 'readme') ?? '';
  if (typeof readme !== 'string') throw malformed('`readme` must be a string');
  const { tarball, bundle } = parseAttachments(memberOf(body, '_attachments'), name, version);
  const hashes = hashBytes(tarball);
  judgeDigests(document, hashes, tarballName(name, version));
  return { version, document, readme, tarball, bundle, tag, ...hashes };
}

/** A client names the tag that it wants; whatever it is, it points at the version that is published. */
function parseTag(tags: unknown, version: string): string | undefined {
  if (!isJsonObject(tags)) throw malformed('`dist-tags` must be an object');
  const values = Object.values(tags);
  if (values.length > 1 || values.some((value) => value !== version))
    throw malformed(`\`dist-tags\` may name \`${version}\` once, and nothing else`);
  const [tag] = Object.keys(tags);
  if (tag !== undefined && !isTagName(tag))
    throw malformed(`\`${printable(tag)}\` is no tag: one is a letter, and up to 63 letters, digits, \`.\`, \`_\` and \`-\``);
  return tag;
}

function parseAttachments(
  value: unknown,
  name: string,
  version: string,
): { readonly tarball: Buffer; readonly bundle: JsonObject | undefined } {
  if (!isJsonObject(value)) throw malformed('`_attachments` must be an object');
  const file = tarballName(name, version);
  const tarballs: Buffer[] = [];
  let bundle: JsonObject | undefined;
  for (const [key, attachment] of Object.entries(value)) {
    if (key === file || key === `${name}-${version}.tgz`) tarballs.push(bytesOf(attachment, key));
    else if (key === `${name}-${version}.sigstore` && bundle === undefined) bundle = parseBundle(attachment, key);
    else throw malformed(`the attachment \`${printable(key)}\` must be \`${file}\``);
  }
  const [tarball] = tarballs;
  if (tarball === undefined || tarballs.length > 1) throw malformed(`\`_attachments\` must hold \`${file}\` once`);
  return { tarball, bundle };
}

function bytesOf(attachment: unknown, key: string): Buffer {
  const data = textMember(attachment, 'data');
  if (data === undefined) throw malformed(`the attachment \`${printable(key)}\` must have its bytes in \`data\`, as base64`);
  const bytes = Buffer.from(data, 'base64');
  // Node's decoder skips what is no base64: only what encodes to the same text again was exact.
  if (bytes.length === 0 || bytes.toString('base64') !== data)
    throw malformed(`the attachment \`${printable(key)}\` is empty, or no exact base64`);
  const length = memberOf(attachment, 'length');
  if (length !== undefined && length !== bytes.length)
    throw malformed(`the attachment \`${printable(key)}\` has ${bytes.length} bytes, and says another \`length\``);
  return bytes;
}

function parseBundle(attachment: unknown, key: string): JsonObject {
  const data = textMember(attachment, 'data');
  if (data === undefined || data.length > maxBundleBytes)
    throw malformed(`the bundle \`${printable(key)}\` must be JSON of at most ${maxBundleBytes} characters`);
  try {
    const bundle: unknown = JSON.parse(data);
    if (isJsonObject(bundle)) return bundle;
  } catch {
    // said below
  }
  throw malformed(`the bundle \`${printable(key)}\` is not a JSON object`);
}

function judgeDigests(document: JsonObject, { integrity, shasum }: Hashes, file: string): void {
  const dist = objectMember(document, 'dist');
  const said = textMember(dist, 'integrity');
  if (said !== integrity)
    throw wrongDigest(`the bytes are \`${integrity}\`, and \`dist.integrity\` says \`${printable(said ?? 'nothing')}\``);
  const shortSaid = textMember(dist, 'shasum');
  if (shortSaid !== undefined && shortSaid !== shasum)
    throw wrongDigest(`the bytes' sha1 is \`${shasum}\`, and \`dist.shasum\` says \`${printable(shortSaid)}\``);
  const url = textMember(dist, 'tarball');
  if (url !== undefined && !url.endsWith(`/${file}`)) throw malformed(`\`dist.tarball\` must end with \`/${file}\``);
}

function malformed(message: string): Refusal {
  return new Refusal({ code: 'MOBY-D422', message });
}

function wrongDigest(message: string): Refusal {
  return new Refusal({ code: 'MOBY-D423', message });
}

/** Text of a stranger in a message. */
function printable(text: string): string {
  return text.slice(0, 120).replace(/[^\x20-\x7e]/g, '?');
}
