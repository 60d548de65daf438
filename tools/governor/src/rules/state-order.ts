import { changedLines } from '../library/changed-lines.ts';
import type { LibrarySide } from '../library/library-side.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const stateOrder: GovernanceRule = ofChange({
  id: 'MOBY-C609',
  name: 'state-order',
  severity: 'error',
  waivableBy: 'steward',
  why: 'A component is as lasting as what it needs. One that is maintained doesn’t stand on one of which it is open whether it lasts.',
  examples: { fails: 'a maintained component comes to require an experimental one', passes: 'it required it before' },
  change: [
    {
      name: 'new-edge',
      when: 'a maintained component comes to require one that is proposed or experimental',
      *find({ library, touched }): Iterable<Found> {
        for (const { name, component, file, after, known } of changedLines(library, touched)) {
          if (library.after.components.get(name)?.lifecycle !== 'maintained') continue;
          for (const need of openNeeds(library.after, after.requires)) {
            if (known.some(({ requires }) => Object.hasOwn(requires, need))) continue;
            yield { repositoryFile: file, component, ...wordsOf(library.after, 'it is maintained, and comes to require', need) };
          }
        }
      },
    },
    {
      name: 'promoted',
      when: 'a component comes to be maintained while it requires one that is proposed or experimental',
      *find({ library, touched }): Iterable<Found> {
        for (const { name } of touched.components) {
          const [before, after] = [library.before.components.get(name), library.after.components.get(name)];
          if (before === undefined || after?.lifecycle !== 'maintained' || before.lifecycle === 'maintained') continue;
          const needs = new Set(after.lines.flatMap(({ says }) => openNeeds(library.after, says?.requires ?? {})));
          for (const need of needs)
            yield {
              repositoryFile: `components/${name}/OWNERS.yaml`,
              component: name,
              ...wordsOf(library.after, 'it comes to be maintained, and requires', need),
            };
        }
      },
    },
  ],
});

function openNeeds({ components }: LibrarySide, requires: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(requires).filter((need) => ['proposed', 'experimental'].includes(components.get(need)?.lifecycle ?? ''));
}

function wordsOf({ components }: LibrarySide, begin: string, need: string): Pick<Found, 'message' | 'help'> {
  return { message: `${begin} \`${need}\`, which is ${components.get(need)?.lifecycle}`, help: `first see \`${need}\` maintained` };
}
