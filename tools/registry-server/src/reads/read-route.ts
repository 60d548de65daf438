/** What a read asks for. */
export type ReadRoute =
  | { readonly kind: 'package'; readonly name: string }
  /** A version, or a tag. */
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'tags'; readonly name: string }
  | { readonly kind: 'tarball'; readonly name: string; readonly file: string }
  /** The public halves of the registry's keys. */
  | { readonly kind: 'keys' }
  /** What the publisher of a version has signed. */
  | { readonly kind: 'attestations'; readonly name: string; readonly version: string }
  /** A file or document of the registry's page, or who offers what; `path` is its address without a leading slash. */
  | { readonly kind: 'page'; readonly path: string }
  /** npm's search. */
  | { readonly kind: 'search' }
  /** A list of everything, which npm's clients asked for once. */
  | { readonly kind: 'all' }
  /** A user, of whom npm's `owner` asks before it sends a change. */
  | { readonly kind: 'user'; readonly user: string }
  /** What Verdaccio answers. */
  | { readonly kind: 'verdaccio' };

const name = '(?<name>@[a-z0-9][a-z0-9-]{0,38}/[a-z0-9][a-z0-9-]{0,63})';
const word = '[A-Za-z0-9][A-Za-z0-9._-]{0,255}';

const packagePath = new RegExp(`^/${name}$`);
const versionPath = new RegExp(`^/${name}/(?<version>${word})$`);
const tagsPath = new RegExp(`^/-/package/${name}/dist-tags$`);
const tarballPath = new RegExp(`^/${name}/-/(?<file>${word}\\.tgz)$`);
const attestationsPath = new RegExp(`^/-/npm/v1/attestations/${name}@(?<version>${word})$`);
const pagePath =
  /^\/(?:-\/web\/(?:page\/[a-z][a-z-]*\.[a-z]{2,4}|data\/(?:index|components\/[a-z][a-z0-9-]{0,63})\.json)|-\/moby\/v1\/index)$/;
const userPath = /^\/-\/user\/org\.couchdb\.user:(?<user>[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;
const verdaccioPaths = /^\/-\/(?:ping|whoami|npm\/v1\/user)$/;

/** The read that a canonical path asks for; undefined where there is nothing. */
export function readRouteOf(path: string): ReadRoute | undefined {
  const asked = packagePath.exec(path)?.groups;
  if (asked !== undefined) return { kind: 'package', name: asked['name'] ?? '' };
  const tarball = tarballPath.exec(path)?.groups;
  if (tarball !== undefined) return { kind: 'tarball', name: tarball['name'] ?? '', file: tarball['file'] ?? '' };
  const version = versionPath.exec(path)?.groups;
  if (version !== undefined) return { kind: 'version', name: version['name'] ?? '', version: version['version'] ?? '' };
  const tags = tagsPath.exec(path)?.groups;
  if (tags !== undefined) return { kind: 'tags', name: tags['name'] ?? '' };
  if (path === '/-/npm/v1/keys') return { kind: 'keys' };
  const attested = attestationsPath.exec(path)?.groups;
  if (attested !== undefined) return { kind: 'attestations', name: attested['name'] ?? '', version: attested['version'] ?? '' };
  if (path === '/-/v1/search') return { kind: 'search' };
  if (path === '/-/all') return { kind: 'all' };
  const user = userPath.exec(path)?.groups;
  if (user !== undefined) return { kind: 'user', user: user['user'] ?? '' };
  if (path === '/') return { kind: 'page', path: 'index.html' };
  if (pagePath.test(path)) return { kind: 'page', path: path.slice(1) };
  return verdaccioPaths.test(path) ? { kind: 'verdaccio' } : undefined;
}
