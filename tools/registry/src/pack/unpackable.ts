import { printable } from '@moby/content';

/** As npm-packlist leaves them out in any case and wherever they lie (its `defaults`); a folder with all below it. */
const neverPacked: readonly RegExp[] = [
  /^\.(?:git|svn|hg|gitignore|npmignore|npmrc|ds_store)$/i,
  /^cvs$/i,
  /^npm-debug\.log$/i,
  /^\..*\.swp$/i,
  /^\._/,
  /\.orig$/i,
  /\*/,
];

/** POSIX.1-2017, pax, "ustar Interchange Format". */
const headerHolds = { name: 100, prefix: 155 };

/** Why a path can't be part of a package, as what follows its name in a sentence; undefined where it can. */
export function whyUnpackable(path: string): string | undefined {
  const name = path.split('/').find((segment) => neverPacked.some((pattern) => pattern.test(segment)));
  if (name !== undefined) return `is never packed by npm, for its name \`${name}\`: its client would publish the component without`;
  if (path !== printable(path) || path.includes('\\')) return 'has a control character or a backslash in its name';
  if (!fitsHeader(Buffer.from(`package/${path}`)))
    return `has a path that a tar's header doesn't hold: ${headerHolds.name} bytes, with ${headerHolds.prefix} of folders in front`;
  return undefined;
}

function fitsHeader(path: Buffer): boolean {
  if (path.length <= headerHolds.name) return true;
  const slash = path.indexOf('/', path.length - headerHolds.name - 1);
  return slash > 0 && slash <= headerHolds.prefix && slash < path.length - 1;
}
