import { blank } from '../blanks.ts';
import type { Omission } from './payload/keep-optional.ts';

/** What README.md and OWNERS.yaml of a new component say. */
export interface ComponentWords {
  readonly name: string;
  readonly line: string;
  readonly description: string;
  /** Package → what is kept of it. */
  readonly kept: Readonly<Record<string, readonly string[]>>;
  readonly omitted: readonly Omission[];
  readonly guesses: readonly string[];
  readonly suite: string;
  /** As `needs glibc 2.38`. */
  readonly needs: readonly string[];
}

const shownPaths = 8;
const releases: Readonly<Record<string, string>> = {
  bullseye: 'Debian 11',
  bookworm: 'Debian 12',
  trixie: 'Debian 13',
  forky: 'Debian 14',
};

export function readmeText(words: ComponentWords): string {
  const { name, line, description, kept, omitted, guesses, suite, needs } = words;
  const [base = suite] = suite.split('-');
  const release = (Object.hasOwn(releases, base) ? releases[base] : undefined) ?? base;
  const left = ['documentation, translations, and what other systems than this one read', ...omitted.map(omissionWords)];
  return [
    `# ${name}`,
    '',
    `${description.replace(/\.$/, '')}.`,
    '',
    ...Object.entries(kept).map(([debPackage, paths]) => `- **Kept** of \`${debPackage}\`: ${pathWords(paths)}.`),
    `- **Not kept**: ${left.join('; ')}.`,
    ...(guesses.length === 0 ? [] : [`- **Guessed, to be checked**: ${guesses.join('; ')}.`]),
    '',
    '| line | |',
    '|---|---|',
    `| \`${line}\` | ${[`${release}${suite.endsWith('-backports') ? ' (backports)' : ''}`, ...needs].join('; ')} |`,
    '',
  ].join('\n');
}

function pathWords(paths: readonly string[]): string {
  const shown = paths.slice(0, shownPaths).map((path) => `\`/${path}\``);
  return paths.length > shownPaths ? `${shown.join(', ')} and ${paths.length - shownPaths} more` : shown.join(', ');
}

/** `4 files, each a script for perl`. */
export function omissionWords({ paths, reason }: Omission): string {
  const [only = ''] = paths;
  return paths.length === 1 ? `\`/${only}\` (${reason})` : `${paths.length} files (each ${reason})`;
}

/** Who will answer for a new component; a blank is left where nobody is known. */
export interface NewOwner {
  readonly name?: string | undefined;
  /** Their login at the forge. */
  readonly github?: string | undefined;
  /** Their number there. */
  readonly id?: number | undefined;
}

export function ownersText({ name = blank('who answers for it'), github, id }: NewOwner): string {
  const words = { name, ...(github === undefined ? {} : { github }) };
  const lines = Object.entries(words).map(([key, value]) => `${key}: ${isPlain(value) ? value : JSON.stringify(value)}`);
  const all = [...lines, ...(id === undefined ? [] : [`id: ${id}`])];
  return `lifecycle: experimental\nmaintainers:\n  - ${all.join('\n    ')}\n`;
}

/** Whether YAML reads it as the text that it is: not as a number, a truth or nothing. */
function isPlain(text: string): boolean {
  return /^[\p{L}][\p{L}\p{N} .'()-]*$/u.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) && text.trim() === text;
}
