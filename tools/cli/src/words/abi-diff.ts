import type { AbiChange, Bump } from '@moby/abi';
import type { SidesDiff } from '@moby/composer';
import type { Outcome } from '../outcome.ts';
import { bold, dim, green, red, yellow, type Line, type Span } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

export interface ComparedSides {
  readonly before: string;
  readonly after: string;
  readonly diff: SidesDiff;
}

const sections = [
  { list: 'breaks', title: 'breaks', sign: red('-') },
  { list: 'adds', title: 'adds', sign: green('+') },
  { list: 'changes', title: 'changes', sign: dim('~') },
  { list: 'unknown', title: 'can’t be told', sign: yellow('?') },
] as const;

const reasons: Readonly<Record<Bump, string>> = {
  major: 'an offer is gone or narrower, so it is a new line, not a release of this one',
  minor: 'something is offered or needed that wasn’t',
  patch: 'the same interface',
  none: 'the same bytes',
};

/** Always exit code 0: a difference is no error. */
export function abiDiffOutcome({ before, after, diff }: ComparedSides): Outcome {
  const { breaks, adds, changes, unknown, bump, newNeed } = diff;
  return {
    kind: 'done',
    value: { old: before, new: after, breaks, adds, changes, unknown, bump, newNeed },
    lines: [
      [bold(before), ' → ', bold(after)],
      [],
      ...sections.flatMap(({ list, title, sign }) => section(title, sign, diff[list])),
      bumpLine(bump),
    ],
  };
}

function section(title: string, sign: Span, changes: readonly AbiChange[]): readonly Line[] {
  if (changes.length === 0) return [];
  const rows = changes.map((change): readonly Line[] => [[sign], [dim(change.kind)], [change.sentence], [dim(placeOf(change))]]);
  return [[`${title}: ${changes.length}`], ...table(rows), []];
}

/** The file, unless the sentence names it. */
function placeOf({ file, sentence }: AbiChange): string {
  return file === undefined || sentence.includes(file) ? '' : file;
}

function bumpLine(bump: Bump): Line {
  const paint = bump === 'major' ? red : bump === 'minor' ? yellow : green;
  return ['bump: ', paint(bump), dim(` · ${reasons[bump]}`)];
}
