import { Failure, type Digest, type Manifest, type Platform } from '@moby/model';
import { integrityOf } from '../pack/pack-component.ts';
import type { PackageFile } from '../pack/package-files.ts';
import { packageLimits } from '../pack/package-limits.ts';
import { readPackedComponent } from '../pack/read-packed-component.ts';
import { readTarball } from '../pack/read-tarball.ts';
import { tarballAddress, type NpmRegistryParts } from './open-npm-registry.ts';
import { verifyStatement } from './owners-statement.ts';
import { readPackument, type Packument, type PublishedVersion } from './packument.ts';
import type { Voucher } from './registry-trust.ts';

/** One thing that was looked at of a release, and what was found. */
export interface VerifiedPart {
  /** `registry signature of @moby/redis@8.0.201`. */
  readonly what: string;
  /** `unsigned` where nobody vouches; `absent` where what would be compared isn't here. Neither counts as fine. */
  readonly verdict: 'ok' | 'wrong' | 'absent' | 'unsigned';
  /** Who vouches, by the keyid. */
  readonly key?: string;
  /** A phrase; for a signature that holds, where its key is known from. */
  readonly why?: string;
}

export interface NamedRelease {
  readonly npmName: string;
  readonly npmVersion: string;
  /** What a lock says of it. */
  readonly locked?: {
    readonly integrity: string;
    readonly payload: Readonly<Partial<Record<Platform, { readonly digest: Digest }>>>;
  };
}

export interface ReleaseWorld extends Omit<NpmRegistryParts, 'scope' | 'warn'> {
  readonly offline: boolean;
}

/**
 * All that vouches for a release, looked at one by one: what the registry answers, its signature, the tarball there and the one that is kept,
 * what is in it, and its publisher's statement. One that is wrong hides none of the others.
 */
export async function verifyRelease(release: NamedRelease, world: ReleaseWorld): Promise<readonly VerifiedPart[]> {
  const { npmName, npmVersion, locked } = release;
  const id = `${npmName}@${npmVersion}`;
  const found = await published(release, world);
  if ('verdict' in found) return [found];
  const parts: VerifiedPart[] = [];
  if (locked !== undefined)
    parts.push(
      locked.integrity === found.integrity
        ? { what: `package of ${id}`, verdict: 'ok' }
        : {
            what: `package of ${id}`,
            verdict: 'wrong',
            why: `is another than was locked: ${found.integrity} in place of ${locked.integrity}`,
          },
    );
  parts.push(await judged(`registry signature of ${id}`, async () => vouched(await world.signatures?.release({ ...found, npmName }))));
  const tarball = await tarballOf(found, id, world);
  parts.push(...tarball.parts);
  if (tarball.bytes === undefined) return parts;
  const { bytes } = tarball;
  let files: readonly PackageFile[] = [];
  parts.push(
    await judged(`manifest and facts of ${id}`, async () => {
      files = await readTarball(bytes, id);
      return contents(files, found, id, locked);
    }),
  );
  const packageJson = files.find(({ path }) => path === 'package.json')?.bytes;
  if (packageJson !== undefined) parts.push(await judged(`publisher's statement of ${id}`, () => stated({ ...found, packageJson }, world)));
  return parts;
}

type Judgement = Omit<VerifiedPart, 'what'>;

const nothingPublished: Packument = { versions: new Map(), findings: [] };

/** What is thrown about the thing itself is what was found of it. */
async function judged(what: string, look: () => Promise<Judgement>): Promise<VerifiedPart> {
  try {
    return { what, ...(await look()) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const isAway = error.code === 'offline' || error.code === 'network';
    return { what, verdict: isAway ? 'absent' : 'wrong', why: [error.message, ...error.hints].join('; ') };
  }
}

async function published({ npmName, npmVersion }: NamedRelease, { client }: ReleaseWorld): Promise<PublishedVersion | VerifiedPart> {
  const id = `${npmName}@${npmVersion}`;
  let version: PublishedVersion | undefined;
  const part = await judged(id, async (): Promise<Judgement> => {
    const document = await client.document(npmName);
    const { versions, findings } =
      document === undefined ? nothingPublished : await readPackument(document, { npmName, registry: client.label });
    version = [...versions.values()].find((one) => one.npmVersion === npmVersion);
    const leftOut = findings.find(({ message }) => message.startsWith(`\`${id}\``));
    return leftOut === undefined
      ? { verdict: 'absent', why: `is not in the registry ${client.label}` }
      : { verdict: 'wrong', why: [leftOut.message, ...(leftOut.details ?? [])].join('; ') };
  });
  return version ?? part;
}

function vouched(voucher: Voucher | undefined): Judgement {
  if (voucher === undefined) return { verdict: 'unsigned', why: 'its registry does not sign' };
  const { key, file, isFirst } = voucher;
  return { verdict: 'ok', key: key.keyid, why: isFirst ? `met for the first time, and kept in ${file}` : `known from ${file}` };
}

async function stated(release: Parameters<typeof verifyStatement>[0], { owners }: ReleaseWorld): Promise<Judgement> {
  const verdict = owners === undefined ? ({ kind: 'none' } as const) : await verifyStatement(release, owners);
  switch (verdict.kind) {
    case 'none':
      return { verdict: 'unsigned', why: 'its publisher has not signed it' };
    case 'no key':
      return { verdict: 'unsigned', why: 'its publisher has signed it, and nobody says by which key' };
    case 'signed':
      return vouched(verdict);
  }
}

interface Tarball {
  readonly parts: readonly VerifiedPart[];
  /** Intact; undefined where there is none. */
  readonly bytes?: Uint8Array;
}

/** That of the registry, unless it may not be asked, and the one that is kept. */
async function tarballOf({ integrity, tarball, manifest }: PublishedVersion, id: string, world: ReleaseWorld): Promise<Tarball> {
  const { client, packages, url, offline } = world;
  const what = `tarball of ${id}`;
  const kept = await packages.tarballOf(integrity);
  const isKept = kept !== undefined && integrityOf(kept.bytes) === integrity;
  const damage: readonly VerifiedPart[] =
    kept === undefined || isKept ? [] : [{ what, verdict: 'wrong', why: `what was kept of it has other bytes: ${kept.path}` }];
  let served: Uint8Array | undefined;
  const asked = await judged(what, async () => {
    const address = tarballAddress(tarball, new URL(manifest.npmName, url));
    if (address === undefined) return { verdict: 'wrong', why: `the registry ${client.label} names no address for it` };
    const bytes = await client.bytes(address, { what: `the package \`${id}\``, maxBytes: packageLimits.tarballBytes });
    const found = integrityOf(bytes);
    if (found !== integrity)
      return { verdict: 'wrong', why: `has other bytes in the registry ${client.label}: ${found} in place of ${integrity}` };
    served = bytes;
    return { verdict: 'ok' };
  });
  const isUnasked = asked.verdict === 'absent' && (offline || isKept);
  const own: readonly VerifiedPart[] =
    isUnasked && isKept ? [{ what, verdict: 'ok', why: 'as it is kept' }] : isUnasked && damage.length > 0 ? [] : [asked];
  const bytes = served ?? (isKept ? kept.bytes : undefined);
  return { parts: [...own, ...damage], ...(bytes === undefined ? {} : { bytes }) };
}

async function contents(
  files: readonly PackageFile[],
  { manifest }: PublishedVersion,
  id: string,
  locked: NamedRelease['locked'],
): Promise<Judgement> {
  const { facts } = await readPackedComponent(files, manifest, id);
  const wrong = [...differentFacts(manifest, facts?.platforms ?? {}), ...differentLock(manifest, locked)];
  if (wrong.length > 0) return { verdict: 'wrong', why: wrong.join('; ') };
  return facts === undefined ? { verdict: 'ok', why: 'it has no facts' } : { verdict: 'ok' };
}

function differentFacts(
  { payload }: Manifest,
  facts: Readonly<Partial<Record<Platform, { readonly payload: Digest }>>>,
): readonly string[] {
  return Object.entries(payload.platforms).flatMap(([platform, { digest }]) => {
    const read = Object.entries(facts).find(([name]) => name === platform)?.[1].payload;
    return read === undefined || read === digest
      ? []
      : [`its facts are of the payload ${read} for ${platform}, and its manifest names ${digest}`];
  });
}

function differentLock({ payload }: Manifest, locked: NamedRelease['locked']): readonly string[] {
  return Object.entries(payload.platforms).flatMap(([platform, { digest }]) => {
    const had = Object.entries(locked?.payload ?? {}).find(([name]) => name === platform)?.[1].digest;
    return had === undefined || had === digest ? [] : [`its payload for ${platform} is ${digest}, and was locked as ${had}`];
  });
}
