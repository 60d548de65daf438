import { canonicalJson, Failure } from '@moby/model';
import type { Lockfile } from './lockfile.ts';

/** Why `--locked` refuses: what the lock says, and what would be written instead. */
export function staleLock(options: {
  readonly file: string;
  readonly assembly: string;
  readonly lock: Lockfile;
  readonly old: Lockfile | undefined;
}): Failure {
  const { file, assembly, lock, old } = options;
  const hints = [`write it: moby-compose assemble ${assembly}`];
  if (old === undefined)
    return new Failure({ code: 'lock-stale', message: `\`${file}\` is missing, and with --locked it can't be written`, hints });
  const differences = lockDifferences(old, lock);
  const changes = differences.length === 0 ? [otherWriter] : differences;
  const shown = changes.slice(0, maxShown);
  const more = changes.length > shown.length ? [`and ${changes.length - shown.length} more`] : [];
  return new Failure({ code: 'lock-stale', message: `\`${file}\` is not current: ${[...shown, ...more].join(', ')}`, hints });
}

const maxShown = 4;

/** As much of a digest as people compare. */
function short(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}

const otherWriter = 'it was written by another version of this program, or by hand';

/** What differs between two locks of one assembly, as phrases; the compressor doesn't count. */
export function lockDifferences(old: Lockfile, now: Lockfile): readonly string[] {
  const changes: string[] = [];
  if (old.inputs !== now.inputs) changes.push('the assembly has changed since');
  for (const id of [...new Set([...Object.keys(old.components), ...Object.keys(now.components)])].sort()) {
    const [before, after] = [old.components[id], now.components[id]];
    if (before === undefined) changes.push(`${id} is new`);
    else if (after === undefined) changes.push(`${id} is gone`);
    else if (before.tree !== after.tree) changes.push(`${id} has changed from ${short(before.tree)} to ${short(after.tree)}`);
  }
  if (changes.length === 0 && canonicalJson(old.roots) !== canonicalJson(now.roots)) changes.push('components stand in other roots');
  if (changes.length === 0 && canonicalJson({ ...old, compressor: now.compressor }) !== canonicalJson(now)) changes.push(otherWriter);
  return changes;
}
