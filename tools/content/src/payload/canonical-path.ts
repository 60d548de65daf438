import { Failure } from '@moby/model';
import { printable } from '../archive/bad-archive.ts';
import { maxPathBytes, maxPathDepth } from '../archive/read-tar.ts';

/** Folders of the root that are links into `/usr` on every system with a merged /usr. */
const mergedFolders: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libo32', 'libx32']);

/**
 * Where an entry stands in the payload: `lib/x` → `usr/lib/x`, `bin` → `usr/bin`. A symbolic link at `bin` itself stays:
 * it is one of the links that make the merge.
 */
export function canonicalPath(path: string, isSymlink: boolean): string {
  return isSymlink && mergedFolders.has(path) ? path : mergedPath(path);
}

/** The text of a link: unchanged where neither the link nor what it leads to moves, else the shortest text that leads there. */
export function canonicalTarget(options: { readonly link: string; readonly target: string; readonly name: string }): string {
  const { link, target, name } = options;
  checkText(target, `the target of \`${link}\``, name);
  const isAbsolute = target.startsWith('/');
  const from = isAbsolute ? [] : link.split('/').slice(0, -1);
  const destination = resolveLexically(from, target, () =>
    bad(name, `has a link \`${link}\` to \`${target}\`, which leads above the root`),
  );
  const newLink = canonicalPath(link, true);
  const newDestination = mergedPath(destination);
  if (newLink === link && newDestination === destination) return target;
  return isAbsolute
    ? `/${newDestination}`
    : relativePath(newLink.split('/').slice(0, -1), newDestination === '' ? [] : newDestination.split('/'));
}

/** A path that a manifest or a `files/` folder gives: relative, without `.`, `..`, empty segments, control characters. */
export function checkPath(path: string, name: string): void {
  checkText(path, 'a path', name);
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw bad(name, `has the path \`${path}\`: a path has no leading or trailing slash, no \`.\`, no \`..\``);
  }
  if (segments.length > maxPathDepth) throw bad(name, `has a path of more than ${maxPathDepth} segments: \`${path.slice(0, 80)}…\``);
}

function checkText(text: string, what: string, name: string): void {
  if (text === '') throw bad(name, `has an empty text as ${what}`);
  if (Buffer.byteLength(text) > maxPathBytes) throw bad(name, `has ${what} of more than ${maxPathBytes} bytes: \`${text.slice(0, 80)}…\``);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) throw bad(name, `has a control character in ${what}: \`${text}\``);
  }
}

/** `..` after the links that make the merge is taken by name, as the archive's author saw it. */
function resolveLexically(from: readonly string[], target: string, above: () => Failure): string {
  const segments = [...from];
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) throw above();
  }
  return segments.join('/');
}

function relativePath(from: readonly string[], to: readonly string[]): string {
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common += 1;
  const text = [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
  return text === '' ? '.' : text;
}

function mergedPath(path: string): string {
  const first = path.split('/', 1)[0] ?? '';
  return mergedFolders.has(first) ? `usr/${path}` : path;
}

function bad(name: string, what: string): Failure {
  return new Failure({ code: 'bad-archive', message: `\`${printable(name)}\` ${printable(what)}` });
}
