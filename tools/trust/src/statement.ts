/** What a publisher vouches for: the digests of one release. */
export interface ReleaseDigests {
  /** npm's name and version, as `@moby/redis` and `8.0.603`. */
  readonly name: string;
  readonly version: string;
  /** Hex SHA-512 of the tarball. */
  readonly tarball: string;
  /** Hex SHA-256 of package.json. */
  readonly manifest: string;
  /** Platform, as `linux/amd64` → hex SHA-256 of the payload. */
  readonly payloads: Readonly<Record<string, string>>;
  /** What the payloads are made from. */
  readonly sources: readonly SourceDigest[];
}

export interface SourceDigest {
  /** Package URL, as `pkg:deb/debian/redis-tools@8.0.6-1?arch=amd64`. */
  readonly uri: string;
  /** Hex SHA-256. */
  readonly sha256: string;
}

/** An in-toto statement (in-toto attestation framework, statement v1) with SLSA's provenance (v1). */
export interface Statement {
  readonly _type: typeof statementType;
  readonly subject: readonly Subject[];
  readonly predicateType: typeof predicateType;
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string;
      readonly externalParameters: { readonly name: string; readonly version: string };
      readonly resolvedDependencies: readonly { readonly uri: string; readonly digest: { readonly sha256: string } }[];
    };
    readonly runDetails: { readonly builder: { readonly id: string } };
  };
}

interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** Of a statement in a DSSE envelope. */
export const payloadType = 'application/vnd.in-toto+json';
export const statementType = 'https://in-toto.io/Statement/v1';
const predicateType = 'https://slsa.dev/provenance/v1';
/** Form 1 of a component's release: what its payload is derived from, and how (docs/reference/payload-form-1.md). */
const buildType = 'urn:moby-compose:release:v1';

export function releaseStatement(release: ReleaseDigests): Statement {
  return {
    _type: statementType,
    subject: subjectsOf(release),
    predicateType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { name: release.name, version: release.version },
        resolvedDependencies: sorted(release.sources).map(({ uri, sha256 }) => ({ uri, digest: { sha256 } })),
      },
      runDetails: { builder: { id: 'urn:moby-compose:component-publish' } },
    },
  };
}

/**
 * In what a statement, whose signature has been verified, differs from a release: each a phrase that names the part. Nothing where it
 * vouches for exactly this release. The statement may be of any shape: a signer may sign anything.
 */
export function differencesOf(statement: unknown, release: ReleaseDigests): readonly string[] {
  const meant = releaseStatement(release);
  const differences: string[] = [];
  if (valueAt(statement, '_type') !== statementType) differences.push('it is not an in-toto statement of version 1');
  if (valueAt(statement, 'predicateType') !== predicateType) differences.push('its predicate is not SLSA’s provenance of version 1');
  const definition = valueAt(statement, 'predicate', 'buildDefinition');
  if (valueAt(definition, 'buildType') !== buildType) differences.push(`its build type is not \`${buildType}\``);
  const named = valueAt(definition, 'externalParameters');
  const [name, version] = [valueAt(named, 'name'), valueAt(named, 'version')];
  if (name !== release.name || version !== release.version) differences.push(`it is about ${textOf(name)}@${textOf(version)}`);
  differences.push(...compared(digestsOf(valueAt(statement, 'subject'), 'name'), digestsOf(meant.subject, 'name')));
  const sources = meant.predicate.buildDefinition.resolvedDependencies;
  differences.push(...compared(digestsOf(valueAt(definition, 'resolvedDependencies'), 'uri'), digestsOf(sources, 'uri')));
  return differences;
}

function subjectsOf({ name, version, tarball, manifest, payloads }: ReleaseDigests): readonly Subject[] {
  return [
    { name: `pkg:npm/${name.replace('@', '%40')}@${version}`, digest: { sha512: tarball } },
    { name: 'package.json', digest: { sha256: manifest } },
    ...Object.keys(payloads)
      .sort()
      .map((platform) => ({ name: `payload of ${platform}`, digest: { sha256: payloads[platform] ?? '' } })),
  ];
}

function sorted(sources: readonly SourceDigest[]): readonly SourceDigest[] {
  return [...new Map(sources.map((source) => [`${source.uri} ${source.sha256}`, source])).values()].sort((a, b) =>
    `${a.uri} ${a.sha256}` < `${b.uri} ${b.sha256}` ? -1 : 1,
  );
}

/** Name → its digests as one text; undefined where it isn't a list of named digests. */
function digestsOf(list: unknown, key: 'name' | 'uri'): ReadonlyMap<string, string> | undefined {
  if (!Array.isArray(list)) return undefined;
  const digests = new Map<string, string>();
  for (const entry of list) {
    const [name, digest] = [valueAt(entry, key), valueAt(entry, 'digest')];
    if (typeof name !== 'string' || typeof digest !== 'object' || digest === null || digests.has(name)) return undefined;
    digests.set(name, JSON.stringify(Object.entries(digest).sort(([a], [b]) => (a < b ? -1 : 1))));
  }
  return digests;
}

function compared(said: ReadonlyMap<string, string> | undefined, meant: ReadonlyMap<string, string> | undefined): readonly string[] {
  if (said === undefined || meant === undefined) return ['it has no list of named digests where one belongs'];
  return [
    ...[...meant].flatMap(([name, digest]) => {
      const other = said.get(name);
      if (other === undefined) return [`it says nothing of \`${name}\``];
      return other === digest ? [] : [`it says another digest of \`${name}\``];
    }),
    ...[...said.keys()]
      .filter((name) => !meant.has(name))
      .map((name) => `it speaks of \`${textOf(name)}\`, which the release does not have`),
  ];
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? new Map<string, unknown>(Object.entries(at)).get(key) : undefined;
  return at;
}

/** Of a signer's text only so much that it fits a message. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200).replace(/[^\x20-\x7e]/g, '?') : 'nothing';
}
