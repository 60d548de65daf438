import { isJsonObject, objectMember, textMember, type JsonObject } from '../storage/json-object.ts';
import type { StoredPackage } from '../storage/stored-package.ts';
import { tarballName } from '../storage/stored-package.ts';

/** Of a version's document, what npm's abbreviated form has. */
const abbreviatedFields = [
  'name',
  'version',
  'description',
  'deprecated',
  'bin',
  'dist',
  'engines',
  'cpu',
  'os',
  'funding',
  'directories',
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'optionalDependencies',
  'bundleDependencies',
  '_hasShrinkwrap',
];

const installScripts = ['preinstall', 'install', 'postinstall'];

/** The whole document of a package as a client gets it; tarballs are under `base`, as `http://127.0.0.1:4873`. */
export function fullPackument(stored: StoredPackage, base: string): JsonObject {
  const { name, tags, time, document } = stored;
  return {
    _id: name,
    _rev: textMember(document, '_rev') ?? '',
    name,
    readme: textMember(document, 'readme') ?? '',
    'dist-tags': tags,
    time,
    maintainers: maintainersOf(document['maintainers']),
    users: objectMember(document, 'users'),
    versions: eachVersion(stored, (version) => servedVersion(stored, version, base)),
    _attachments: {},
  };
}

/** Clients print an address with each name; the registry knows none. */
function maintainersOf(list: unknown): readonly JsonObject[] {
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) => (isJsonObject(one) ? [{ email: '', ...one }] : []));
}

/** What installing needs of it: `application/vnd.npm.install-v1+json`. */
export function abbreviatedPackument(stored: StoredPackage, base: string): JsonObject {
  const { name, tags, time } = stored;
  return {
    name,
    'dist-tags': tags,
    modified: time['modified'],
    time,
    versions: eachVersion(stored, (version) => {
      const served = servedVersion(stored, version, base);
      const scripts = Object.keys(objectMember(served, 'scripts'));
      const fields = abbreviatedFields.filter((field) => served[field] !== undefined).map((field) => [field, served[field]] as const);
      return { ...Object.fromEntries(fields), hasInstallScript: scripts.some((script) => installScripts.includes(script)) };
    }),
  };
}

/** One version's document. */
export function servedVersion({ name, versions }: StoredPackage, version: string, base: string): JsonObject {
  const document = versions[version] ?? {};
  const tarball = `${base}/${name}/-/${tarballName(name, version)}`;
  const dist = objectMember(document, 'dist');
  const attestations = objectMember(dist, 'attestations');
  const url = textMember(attestations, 'url');
  return {
    ...document,
    dist: { ...dist, tarball, ...(url === undefined ? {} : { attestations: { ...attestations, url: `${base}${url}` } }) },
  };
}

function eachVersion(stored: StoredPackage, serve: (version: string) => JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(stored.versions).map((version) => [version, serve(version)]));
}
