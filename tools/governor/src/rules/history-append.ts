import { canonicalJson } from '@moby/model';
import type { HistoryEntry } from '../judge/question.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { changedOwners, inOwners, type ChangedOwners } from './in-owners.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

interface Histories extends ChangedOwners {
  /** How many entries of the base the head has as they were, from the first on. */
  readonly kept: number;
  readonly added: readonly HistoryEntry[];
}

/** Of what the base has and can't be read, no history is known. */
function* historiesOf(subject: ChangeSubject): Iterable<Histories> {
  for (const change of changedOwners(subject)) {
    if (!change.isNew && change.before === undefined) continue;
    const [was, is] = [change.before?.history ?? [], change.after.history ?? []];
    const other = was.findIndex((entry, index) => canonicalJson(entry) !== canonicalJson(is[index] ?? {}));
    yield { ...change, kept: other < 0 ? was.length : other, added: is.slice(was.length) };
  }
}

function isKept({ before, kept }: Histories): boolean {
  return kept === (before?.history?.length ?? 0);
}

export const historyAppend: GovernanceRule = ofChange({
  id: 'MOBY-O410',
  name: 'history-append',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Who retired a component, who adopted it and on what evidence has to be found years later, in the file that everybody has. So history is added to, and every change of state has its entry.',
  examples: {
    fails: 'an entry is rewritten; `lifecycle` changes without one',
    passes: 'one entry is added, from the old state to the new one',
  },
  change: [
    {
      name: 'rewritten',
      when: 'an entry of `history` is another than before, or gone',
      *find(subject): Iterable<Found> {
        for (const histories of historiesOf(subject)) {
          if (isKept(histories)) continue;
          yield {
            ...inOwners(histories.name, histories.after, 'history'),
            message: `entry ${histories.kept + 1} of \`history\` is another than before, or gone`,
            help: 'leave what is there as it is, and add below it',
          };
        }
      },
    },
    {
      name: 'untold',
      when: 'the state changes, and `history` gets no entry',
      *find(subject): Iterable<Found> {
        for (const histories of historiesOf(subject)) {
          if (!isKept(histories) || histories.added.length > 0) continue;
          const { name, before, after } = histories;
          if (before === undefined || before.lifecycle === after.lifecycle) continue;
          yield {
            ...inOwners(name, after, 'lifecycle'),
            message: `\`lifecycle\` goes from \`${before.lifecycle}\` to \`${after.lifecycle}\`, and \`history\` says nothing of it`,
            help: `add an entry to \`history\`: { from: ${before.lifecycle}, to: ${after.lifecycle}, change, actor, date }`,
          };
        }
      },
    },
    {
      name: 'broken',
      when: 'a new entry doesn’t begin with the state that the one before it led to',
      *find(subject): Iterable<Found> {
        for (const histories of historiesOf(subject)) {
          if (!isKept(histories)) continue;
          const { name, before, after, added } = histories;
          const states = [before?.lifecycle, ...added.map(({ to }) => to)];
          const wrong = added.findIndex(({ from }, index) => from !== states[index]);
          if (wrong < 0) continue;
          yield {
            ...inOwners(name, after, 'history'),
            message: `an entry of \`history\` goes from \`${added[wrong]?.from ?? 'nothing'}\`, and the state before it is \`${states[wrong] ?? 'nothing'}\``,
            help: 'each entry begins where the one before it ends; the first of a new component has no `from`',
          };
        }
      },
    },
    {
      name: 'other-end',
      when: 'the new entries end with another state than `lifecycle`',
      *find(subject): Iterable<Found> {
        for (const histories of historiesOf(subject)) {
          if (!isKept(histories)) continue;
          const { name, after, added } = histories;
          const last = added.at(-1)?.to;
          if (last === undefined || last === after.lifecycle) continue;
          yield {
            ...inOwners(name, after, 'history'),
            message: `\`history\` ends with \`${last}\`, and \`lifecycle\` is \`${after.lifecycle}\``,
            help: 'let both say the same',
          };
        }
      },
    },
  ],
});
