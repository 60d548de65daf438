import { diffAbi, type AbiDiff, type AbiFacts, type AbiSide } from '@moby/abi';
import type { NamedSide } from './read-side.ts';

export interface SidesDiff extends AbiDiff {
  /** What a new need was taken for. */
  readonly newNeed: 'minor' | 'patch';
}

/**
 * The difference of two things that were named. A line of two numbers and more takes patch releases only, so a new need there
 * is a patch; in a line of one number, and for files, it is minor. Of two files the names don't count.
 */
export function diffSides(before: NamedSide, after: NamedSide): SidesDiff {
  const newNeed = (after.line ?? before.line ?? '').includes('.') ? 'patch' : 'minor';
  const old = before.kind === 'file' && after.kind === 'file' ? renamed(before.side, after.side) : before.side;
  return { ...diffAbi(old, after.side, { newNeed }), newNeed };
}

/** The one file of the old side under the name of the new side's. */
function renamed(before: AbiSide, after: AbiSide): AbiSide {
  const platforms = Object.fromEntries(
    Object.entries(before.platforms).map(([platform, own]) => {
      const to = Object.values(after.platforms)[0]?.facts.elf[0]?.path;
      const from = own.facts.elf[0]?.path;
      return [platform, from === undefined || to === undefined ? own : moved(own, from, to)];
    }),
  );
  return { ...before, platforms };
}

function moved(own: AbiFacts, from: string, to: string): AbiFacts {
  const { facts, symbols } = own;
  const swap = (path: string): string => (path === from ? to : path);
  const elf = facts.elf.map((file) => ({ ...file, path: swap(file.path) }));
  const known = symbols === undefined ? undefined : Object.fromEntries(Object.entries(symbols).map(([path, value]) => [swap(path), value]));
  return { ...own, facts: { ...facts, elf, programs: facts.programs.map(swap) }, ...(known === undefined ? {} : { symbols: known }) };
}
