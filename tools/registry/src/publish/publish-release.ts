import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failure, fromNpmVersion, revisionOf, toNpmVersion, makeVersion, upstreamOf } from '@moby/model';
import type { PackedComponent } from '../pack/pack-component.ts';
import { packageLimits } from '../pack/package-limits.ts';
import { publishDocument } from '../pack/publish-document.ts';
import { type RegistryWriter } from './open-registry-writer.ts';
import { packagePath, readDocument, textAt } from './registry-document.ts';
import { Refused } from './write-answer.ts';

/** A component's line, ready to be published. */
export interface Release {
  readonly packed: PackedComponent;
  /** What messages call its folder. */
  readonly label: string;
  /** `1.6`: its dist-tag is `line-1.6`. */
  readonly line: string;
  /** A further dist-tag, set once the version is there. */
  readonly tag?: string | undefined;
  readonly readme?: string | undefined;
  /** The signed statement, as a sigstore bundle. */
  readonly bundle?: { readonly mediaType: string } | undefined;
}

export interface PublishedRelease {
  readonly state: 'new' | 'as before';
  /** The dist-tags that point to it. */
  readonly tags: readonly string[];
  /** Whether the registry has derived its payloads; undefined where it says nothing of that. */
  readonly payload?: string;
  /** Whether the registry passes a signed statement on. */
  readonly isStated: boolean;
}

/** Whether a version is there, and with what: `same` where its content is that of the packed one, whichever zlib compressed it. */
export type Standing = { readonly kind: 'new' } | { readonly kind: 'same' } | { readonly kind: 'other'; readonly free: string | undefined };

const maxRevision = 99;

/**
 * Publishes a version, and what a publish before it left undone. Published already with this content is a success. Throws `version-frozen` among
 * the findings of `invalid-input` where it was published with another, `Refused`, `network`.
 */
export async function publishRelease(release: Release, writer: RegistryWriter): Promise<PublishedRelease> {
  const { packed, label } = release;
  let state: PublishedRelease['state'] = 'as before';
  const standing = await standingOf(packed, writer);
  if (standing.kind === 'other') throw frozen(packed, label, standing.free);
  if (standing.kind === 'new') state = await send(release, writer);
  if (release.tag !== undefined) await setTag(release, release.tag, writer);
  return { state, ...(await shownOf(packed, writer)) };
}

export async function standingOf(packed: PackedComponent, writer: RegistryWriter): Promise<Standing> {
  const { npmName } = packed.manifest;
  const { versions } = await readDocument(npmName, writer);
  const version = versions.get(packed.npmVersion);
  if (version === undefined) return { kind: 'new' };
  if (textAt(version, 'dist', 'integrity') === packed.integrity) return { kind: 'same' };
  if (await isSameTar(packed, textAt(version, 'dist', 'tarball'), writer)) return { kind: 'same' };
  return { kind: 'other', free: freeVersion(packed, versions.keys()) };
}

/** Throws the finding that says which revision to raise. */
export function frozen({ manifest, npmVersion }: PackedComponent, label: string, free: string | undefined): Failure {
  const said = `${manifest.name} ${manifest.version} was published with another content (npm: ${manifest.npmName}@${npmVersion}), and never changes`;
  const next = free === undefined ? undefined : fromNpmVersion(free);
  const hints =
    next === undefined
      ? [`all ${maxRevision} revisions of ${upstreamOf(manifest.version)} are taken: it needs another version of upstream`]
      : [`raise the revision to ${revisionOf(next)}: \`"version": "${free}"\` in \`${label}/package.json\``];
  return new Failure({
    code: 'invalid-input',
    message: said,
    findings: [{ severity: 'error', code: 'version-frozen', message: said, hints }],
  });
}

async function send(release: Release, writer: RegistryWriter): Promise<PublishedRelease['state']> {
  const { packed, line, readme, bundle } = release;
  const { npmName } = packed.manifest;
  const body = publishDocument({
    packed,
    registry: writer.label,
    tag: `line-${line}`,
    ...(readme === undefined ? {} : { readme }),
    ...(bundle === undefined ? {} : { bundle }),
  });
  try {
    const { status } = await writer.write({ method: 'PUT', path: packagePath(npmName), body, what: `${npmName}@${packed.npmVersion}` });
    return status === 200 ? 'as before' : 'new';
  } catch (error) {
    if (!(error instanceof Refused) || error.answer.status !== 409) throw error;
    // An answer that was lost, or somebody who was faster.
    const standing = await standingOf(packed, writer);
    if (standing.kind === 'same') return 'as before';
    throw standing.kind === 'other' ? frozen(packed, release.label, standing.free) : error;
  }
}

/** npm's `dist-tag add`: the body is the version, as a string of JSON. */
async function setTag({ packed }: Release, tag: string, writer: RegistryWriter): Promise<void> {
  const { npmName } = packed.manifest;
  const { tags } = await readDocument(npmName, writer);
  if (tags.get(tag) === packed.npmVersion) return;
  const path = `-/package/${packagePath(npmName)}/dist-tags/${encodeURIComponent(tag)}`;
  await writer.write({ method: 'PUT', path, body: packed.npmVersion, what: `the tag \`${tag}\` of ${npmName}` });
}

async function shownOf(
  { manifest, npmVersion }: PackedComponent,
  writer: RegistryWriter,
): Promise<Pick<PublishedRelease, 'tags' | 'payload' | 'isStated'>> {
  const { tags, versions } = await readDocument(manifest.npmName, writer);
  const own = [...tags].flatMap(([tag, version]) => (version === npmVersion ? [tag] : []));
  const payload = textAt(versions.get(npmVersion), 'dist', 'payload');
  return {
    tags: own.sort((a, b) => Number(b === 'next') - Number(a === 'next') || (a < b ? -1 : 1)),
    isStated: textAt(versions.get(npmVersion), 'dist', 'attestations', 'url') !== undefined,
    ...(payload === undefined ? {} : { payload }),
  };
}

async function isSameTar(packed: PackedComponent, tarball: string | undefined, writer: RegistryWriter): Promise<boolean> {
  if (tarball === undefined) return false;
  const what = `the package \`${packed.manifest.npmName}@${packed.npmVersion}\``;
  const bytes = await writer.bytes(tarball, { what, maxBytes: packageLimits.tarballBytes });
  const tar = await promisify(gunzip)(bytes, { maxOutputLength: 2 * packageLimits.unpackedBytes }).catch(() => undefined);
  return tar !== undefined && `sha256:${createHash('sha256').update(tar).digest('hex')}` === packed.tar;
}

/** The least revision of the same upstream that is above all that are there. */
function freeVersion({ manifest }: PackedComponent, published: Iterable<string>): string | undefined {
  const upstream = upstreamOf(manifest.version);
  const revisions = [...published].flatMap((text) => {
    const version = fromNpmVersion(text);
    return version !== undefined && upstreamOf(version) === upstream ? [revisionOf(version)] : [];
  });
  const next = Math.max(revisionOf(manifest.version), ...revisions) + 1;
  return next > maxRevision ? undefined : toNpmVersion(makeVersion(upstream, next));
}
