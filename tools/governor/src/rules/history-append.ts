import { canonicalJson } from '@moby/model';
import type { HistoryEntry, Owners, Question } from '../judge/question.ts';
import { inOwners, ownNameOf } from './in-owners.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

interface Histories {
  readonly own: string;
  readonly before: Owners | undefined;
  readonly after: Owners;
  /** How many entries of the base the head has as they were, from the first on. */
  readonly kept: number;
  readonly added: readonly HistoryEntry[];
}

function historiesOf(name: string | undefined, { owners: before, ownersAfter: after }: Question): Histories | undefined {
  const own = ownNameOf(name);
  if (own === undefined || after === undefined) return undefined;
  const [was, is] = [before?.history ?? [], after.history ?? []];
  const other = was.findIndex((entry, index) => canonicalJson(entry) !== canonicalJson(is[index] ?? {}));
  return { own, before, after, kept: other < 0 ? was.length : other, added: is.slice(was.length) };
}

function isKept({ before, kept }: Histories): boolean {
  return kept === (before?.history?.length ?? 0);
}

export const historyAppend: GovernanceRule = ofPackage({
  id: 'MOBY-O410',
  name: 'history-append',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Who retired a component, who adopted it and on what evidence has to be found years later, in the file that everybody has. So history is added to, and every change of state has its entry.',
  examples: {
    fails: 'an entry is rewritten; `lifecycle` changes without one',
    passes: 'one entry is added, from the old state to the new one',
  },
  clauses: [
    {
      name: 'rewritten',
      when: 'an entry of `history` is another than before, or gone',
      *find({ name, question }): Iterable<Found> {
        const histories = historiesOf(name, question);
        if (histories === undefined || isKept(histories)) return;
        yield {
          ...inOwners(histories.own, histories.after, 'history'),
          message: `entry ${histories.kept + 1} of \`history\` is another than before, or gone`,
          help: 'leave what is there as it is, and add below it',
        };
      },
    },
    {
      name: 'untold',
      when: 'the state changes, and `history` gets no entry',
      *find({ name, question }): Iterable<Found> {
        const histories = historiesOf(name, question);
        if (histories === undefined || !isKept(histories) || histories.added.length > 0) return;
        const { own, before, after } = histories;
        if (before === undefined || before.lifecycle === after.lifecycle) return;
        yield {
          ...inOwners(own, after, 'lifecycle'),
          message: `\`lifecycle\` goes from \`${before.lifecycle}\` to \`${after.lifecycle}\`, and \`history\` says nothing of it`,
          help: `add an entry to \`history\`: { from: ${before.lifecycle}, to: ${after.lifecycle}, change, actor, date }`,
        };
      },
    },
    {
      name: 'broken',
      when: 'a new entry doesn’t begin with the state that the one before it led to',
      *find({ name, question }): Iterable<Found> {
        const histories = historiesOf(name, question);
        if (histories === undefined || !isKept(histories)) return;
        const { own, before, after, added } = histories;
        const states = [before?.lifecycle, ...added.map(({ to }) => to)];
        const wrong = added.findIndex(({ from }, index) => from !== states[index]);
        if (wrong < 0) return;
        yield {
          ...inOwners(own, after, 'history'),
          message: `an entry of \`history\` goes from \`${added[wrong]?.from ?? 'nothing'}\`, and the state before it is \`${states[wrong] ?? 'nothing'}\``,
          help: 'each entry begins where the one before it ends; the first of a new component has no `from`',
        };
      },
    },
    {
      name: 'other-end',
      when: 'the new entries end with another state than `lifecycle`',
      *find({ name, question }): Iterable<Found> {
        const histories = historiesOf(name, question);
        if (histories === undefined || !isKept(histories)) return;
        const { own, after, added } = histories;
        const last = added.at(-1)?.to;
        if (last === undefined || last === after.lifecycle) return;
        yield {
          ...inOwners(own, after, 'history'),
          message: `\`history\` ends with \`${last}\`, and \`lifecycle\` is \`${after.lifecycle}\``,
          help: 'let both say the same',
        };
      },
    },
  ],
});
