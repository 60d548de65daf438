import { platforms, type Platform } from '@moby/model';
import { compareText } from '../order.ts';
import {
  abiKinds,
  added,
  broken,
  bumps,
  type AbiChange,
  type AbiDiff,
  type AbiDiffOptions,
  type AbiSide,
  type Bump,
  type Found,
} from './abi-diff.ts';
import { diffDeclared } from './diff-declared.ts';
import { diffKernels } from './diff-kernel.ts';
import { diffLibraries } from './diff-libraries.ts';
import { diffNeeds } from './diff-needs.ts';
import { diffPrograms } from './diff-programs.ts';
import { diffServices } from './diff-services.ts';

const differs = [diffLibraries, diffPrograms, diffServices, diffKernels, diffNeeds] as const;

/**
 * What changed for others between two versions of a component, and the bump that follows (docs/reference/abi-diff.md): an offer
 * that is gone or narrower is major, a new offer minor, a new need minor or patch as the line has it, other bytes patch.
 */
export function diffAbi(before: AbiSide, after: AbiSide, { newNeed = 'minor' }: AbiDiffOptions = {}): AbiDiff {
  const found = new Map<string, Found>();
  const add = (change: Found): void => void found.set(`${change.list}\0${change.kind}\0${change.name}\0${change.sentence}`, change);
  for (const platform of platforms) diffPlatform(before, after, { platform, newNeed }).forEach(add);
  if (before.declared !== undefined && after.declared !== undefined) diffDeclared(before.declared, after.declared, newNeed).forEach(add);
  const list = (name: Found['list']): readonly AbiChange[] =>
    [...found.values()]
      .filter((change) => change.list === name)
      .sort(compareChanges)
      .map(({ list: _list, ...change }) => change);
  const isSame = found.size === 0 && before.identity !== undefined && before.identity === after.identity;
  const least: Bump = isSame ? 'none' : 'patch';
  const bump = [...found.values()].reduce<Bump>((most, change) => (rank(change.bump) > rank(most) ? change.bump : most), least);
  return { breaks: list('breaks'), adds: list('adds'), changes: list('changes'), unknown: list('unknown'), bump };
}

function diffPlatform(
  before: AbiSide,
  after: AbiSide,
  asked: { readonly platform: Platform; readonly newNeed: 'minor' | 'patch' },
): readonly Found[] {
  const { platform, newNeed } = asked;
  const [old, now] = [before.platforms[platform], after.platforms[platform]];
  if (old === undefined && now === undefined) return [];
  if (now === undefined) return [broken({ kind: 'platform', name: platform, sentence: `it isn’t there for ${platform} any more` })];
  if (old === undefined) return [added({ kind: 'platform', name: platform, sentence: `it is there for ${platform}` })];
  const pair = { before: old, after: now, newNeed };
  return differs.flatMap((diff) => diff(pair));
}

function rank(bump: Bump): number {
  return bumps.indexOf(bump);
}

function compareChanges(a: AbiChange, b: AbiChange): number {
  return (
    rank(b.bump) - rank(a.bump) ||
    abiKinds.indexOf(a.kind) - abiKinds.indexOf(b.kind) ||
    compareText(a.file ?? '', b.file ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.sentence, b.sentence)
  );
}
