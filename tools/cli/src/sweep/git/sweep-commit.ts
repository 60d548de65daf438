import { escapeText } from '@moby/governor';
import type { Commit } from '@moby/governor/collect';
import { Failure } from '@moby/model';

/** Who writes commits, and when. */
export interface Committer {
  readonly name: string;
  readonly email: string;
  /** Since 1970. */
  readonly seconds: number;
}

export interface SweepCommit {
  readonly tree: string;
  readonly parent: string;
  readonly committer: Committer;
  readonly subject: string;
  readonly body: readonly string[];
}

/**
 * The bytes of a commit of the sweep, signed off. Its last lines say from which commit to which tree it leads: a commit that says so truly
 * is the sweep's own, and nobody has worked on it.
 */
export function sweepCommitBytes({ tree, parent, committer, subject, body }: SweepCommit): Buffer {
  const { name, email, seconds } = committer;
  const person = `${name} <${email}> ${seconds} +0000`;
  const lines = [
    `tree ${tree}`,
    `parent ${parent}`,
    `author ${person}`,
    `committer ${person}`,
    '',
    escapeText(subject),
    '',
    // No line of them may end and go on as a trailer.
    ...(body.length === 0 ? [] : [...body.map(escapeText), '']),
    `${fromTrailer}: ${parent}`,
    `${treeTrailer}: ${tree}`,
    `Signed-off-by: ${name} <${email}>`,
    '',
  ];
  return Buffer.from(lines.join('\n'));
}

const fromTrailer = 'Swept-From';
const treeTrailer = 'Swept-Tree';

/** Whether a commit is one of the sweep's, as it wrote it. */
export function isSweepCommit({ tree, parents, message }: Commit): boolean {
  const [parent, ...others] = parents;
  if (parent === undefined || others.length > 0) return false;
  return trailerOf(message, fromTrailer) === parent && trailerOf(message, treeTrailer) === tree;
}

/** What stands behind the last such key. */
function trailerOf(message: string, key: string): string | undefined {
  return [...message.matchAll(new RegExp(`^${key}: ([0-9a-f]{40})$`, 'gm'))].at(-1)?.[1];
}

/** `Ann <ann@example.com>`. Throws `usage` for what git would not write into a commit. */
export function parsePerson(text: string): { readonly name: string; readonly email: string } {
  const [, name = '', email = ''] = /^\s*([^<>\n\r\0]{1,200}?)\s*<([^<>\s\0]{1,254})>\s*$/.exec(text) ?? [];
  if (name !== '' && email !== '') return { name, email };
  throw new Failure({
    code: 'usage',
    message: `\`${text}\` names nobody who could write a commit`,
    hints: ["--author 'Ann <ann@example.com>'"],
  });
}

const largestSeconds = 4_102_444_800;

/** A time as ISO 8601 or in seconds since 1970, up to the year 2100. Throws `usage`. */
export function parseTime(text: string, from: string): number {
  const seconds = /^[0-9]{1,12}$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= largestSeconds) return seconds;
  throw new Failure({
    code: 'usage',
    message: `${from} \`${text}\` is no time`,
    hints: ['as 2027-01-31, as 2027-01-31T12:00:00Z, or in seconds since 1970'],
  });
}
