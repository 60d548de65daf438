import type { Edge, Evidence, Verdict } from '@moby/abi';
import type { Platform } from '@moby/model';
import type { HeldLine } from './held-line.ts';

/** One need between two lines, and how it is met. */
export interface Judged {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly sentence: string;
}

/** Two lines, each of another component, and what other lines of those components there are. */
export interface Pair {
  readonly own: HeldLine;
  readonly other: HeldLine;
  readonly platform: Platform;
  /** A need that nothing of the two meets is one between them where another line of the other component would meet it. */
  readonly linesOf: (line: HeldLine) => readonly HeldLine[];
}

export function judgedOf({ verdict, evidence, sentence }: Edge): Judged {
  return { verdict, evidence, sentence };
}

/** Both directions. */
export function turned(pair: Pair): readonly Pair[] {
  return [pair, { ...pair, own: pair.other, other: pair.own }];
}

export function nameOf({ component: { manifest } }: HeldLine): string {
  return `${manifest.name} ${manifest.version}`;
}
