import { printable } from '@moby/content';
import {
  compareVersions,
  Failure,
  fromNpmVersion,
  isInLine,
  parseManifest,
  type Diagnostic,
  type Manifest,
  type Notice,
  type Version,
} from '@moby/model';
import type { RegistrySignature } from '@moby/trust/registry';

/** A version as its registry offers it. */
export interface PublishedVersion {
  readonly npmVersion: string;
  readonly manifest: Manifest;
  /** The sha512 of the tarball, as npm writes it. */
  readonly integrity: string;
  /** As it stands there: relative to the packument in a registry of files. */
  readonly tarball: string;
  readonly notice: Notice | undefined;
  /** The component's line, where a dist-tag `line-1.7` says it. */
  readonly line: string;
  /** The registry's own. */
  readonly signatures: readonly RegistrySignature[];
  readonly publishedAt: Date | undefined;
  /** Whether there is a statement that its publisher has signed, and the key in base64 by which the registry has verified it. */
  readonly attested: { readonly key: string | undefined } | undefined;
}

/** What a registry says of one component. */
export interface Packument {
  readonly versions: ReadonlyMap<Version, PublishedVersion>;
  /** Of versions that can't be used; they are left out. */
  readonly findings: readonly Diagnostic[];
}

const maxVersions = 10_000;
/** package.json's own fields, as schemas/component.v1.schema.json has them; a registry adds its own. */
const manifestFields = ['name', 'version', 'description', 'license', 'homepage', 'repository', 'keywords', 'files', 'component'];
const integrityPattern = /^sha512-[A-Za-z0-9+/]{86}==$/;
const yankedPattern = /^\[yanked\]\s*/;
const maxReasonLength = 500;
const maxSignatures = 8;
const maxKeyLength = 1024;

/**
 * A full packument as a registry gives it. What isn't a component is no version of one; a version that can't be read is left
 * out and told of, since others may be what is looked for. Throws `bad-index` where it speaks of another package.
 */
export async function readPackument(json: unknown, place: { readonly npmName: string; readonly registry: string }): Promise<Packument> {
  const { npmName, registry } = place;
  if (!isRecord(json) || json['name'] !== npmName || !isRecord(json['versions']))
    throw new Failure({
      code: 'bad-index',
      message: `what the registry ${registry} answers for \`${npmName}\` is no package of that name`,
      hints: ['is it a registry of npm packages? a mirror or proxy in between may answer in its place'],
    });
  const published = Object.entries(json['versions']);
  if (published.length > maxVersions)
    throw new Failure({
      code: 'limit',
      message: `\`${npmName}\` has ${published.length} versions in the registry ${registry}; at most ${maxVersions} are read`,
    });
  const lines = linesOf(json['dist-tags']);
  const times = json['time'];
  const versions: [Version, PublishedVersion][] = [];
  const findings: Diagnostic[] = [];
  for (const [npmVersion, document] of published) {
    if (!isRecord(document) || document['component'] === undefined) continue;
    const read = await readVersion(npmVersion, document, { npmName, registry, lines, times });
    if ('manifest' in read) versions.push([read.manifest.version, read]);
    else findings.push(read);
  }
  return { versions: new Map(versions.sort(([a], [b]) => compareVersions(a, b))), findings };
}

async function readVersion(
  npmVersion: string,
  document: Readonly<Record<string, unknown>>,
  {
    npmName,
    registry,
    lines,
    times,
  }: { readonly npmName: string; readonly registry: string; readonly lines: readonly string[]; readonly times: unknown },
): Promise<PublishedVersion | Diagnostic> {
  const id = `${npmName}@${printable(npmVersion.slice(0, 100))}`;
  const leftOut = (why: string, details: readonly string[] = []): Diagnostic => ({
    severity: 'warning',
    code: 'version-left-out',
    message: `\`${id}\` of the registry ${registry} can't be used: ${why}`,
    ...(details.length === 0 ? {} : { details }),
  });
  if (document['name'] !== npmName || document['version'] !== npmVersion) return leftOut('it is called otherwise within');
  const version = fromNpmVersion(npmVersion);
  if (version === undefined) return leftOut('its version carries no packaging revision');
  const text = JSON.stringify(Object.fromEntries(manifestFields.flatMap((field) => (field in document ? [[field, document[field]]] : []))));
  const parsed = await parseManifest({ file: id, text });
  if (!parsed.ok)
    return leftOut(
      'its manifest is none that this program reads',
      parsed.findings.slice(0, 3).map(({ message }) => message),
    );
  const dist = document['dist'];
  const integrity = isRecord(dist) ? sha512Of(dist['integrity']) : undefined;
  if (!isRecord(dist) || typeof dist['tarball'] !== 'string' || integrity === undefined)
    return leftOut('the registry names no tarball with a sha512 for it');
  return {
    npmVersion,
    manifest: parsed.value,
    integrity,
    tarball: dist['tarball'],
    notice: noticeOf(document['deprecated']),
    line: lines.filter((line) => isInLine(version, line)).at(-1) ?? '',
    signatures: signaturesOf(dist['signatures']),
    publishedAt: dateOf(isRecord(times) ? times[npmVersion] : undefined),
    attested: attestedOf(dist['attestations']),
  };
}

/** `line-1.7` → `1.7`; shorter ones first. */
function linesOf(tags: unknown): readonly string[] {
  if (!isRecord(tags)) return [];
  return Object.keys(tags)
    .flatMap((tag) => /^line-([0-9]{1,9}(?:\.[0-9]{1,9}){0,2})$/.exec(tag)?.[1] ?? [])
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** npm's field may hold several, by spaces. */
function sha512Of(integrity: unknown): string | undefined {
  return typeof integrity === 'string' ? integrity.split(/\s+/, 10).find((one) => integrityPattern.test(one)) : undefined;
}

function signaturesOf(signatures: unknown): readonly RegistrySignature[] {
  if (!Array.isArray(signatures)) return [];
  return signatures.slice(0, maxSignatures).flatMap((one: unknown): readonly RegistrySignature[] => {
    const [keyid, sig] = isRecord(one) ? [one['keyid'], one['sig']] : [];
    return typeof keyid === 'string' && typeof sig === 'string' ? [{ keyid: printable(keyid.slice(0, 100)), sig }] : [];
  });
}

function dateOf(time: unknown): Date | undefined {
  const date = new Date(typeof time === 'string' ? time : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function attestedOf(attestations: unknown): PublishedVersion['attested'] {
  if (!isRecord(attestations)) return undefined;
  const { provenance } = attestations;
  const key = isRecord(provenance) ? provenance['key'] : undefined;
  return { key: typeof key === 'string' && key.length <= maxKeyLength ? key : undefined };
}

function noticeOf(deprecated: unknown): Notice | undefined {
  if (typeof deprecated !== 'string' || deprecated === '') return undefined;
  const kind = yankedPattern.test(deprecated) ? 'yanked' : 'deprecated';
  return { kind, reason: printable(deprecated.replace(yankedPattern, '').slice(0, maxReasonLength)) };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
