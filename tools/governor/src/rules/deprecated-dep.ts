import { changedLines } from '../library/changed-lines.ts';
import type { State } from '../lifecycle/lifecycle.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

const leaving: readonly (State | undefined)[] = ['deprecated', 'orphaned', 'quarantined', 'retired'];

export const deprecatedDep: GovernanceRule = ofChange({
  id: 'MOBY-C608',
  name: 'deprecated-dep',
  severity: 'error',
  waivableBy: 'steward',
  why: 'What is being given up gets no new dependents. Those that it has may keep it until they have found something else.',
  examples: { fails: 'a component comes to require one that is deprecated', passes: 'it required it before' },
  change: [
    {
      name: 'new-dependency',
      when: 'a line comes to require a component that is deprecated, orphaned, quarantined or retired',
      *find({ library, touched }): Iterable<Found> {
        for (const { component, file, after, known } of changedLines(library, touched)) {
          for (const need of Object.keys(after.requires)) {
            const lifecycle = library.after.components.get(need)?.lifecycle;
            if (!leaving.includes(lifecycle) || known.some(({ requires }) => Object.hasOwn(requires, need))) continue;
            yield {
              repositoryFile: file,
              component,
              message: `it comes to require \`${need}\`, which is ${lifecycle}`,
              help: `its history in components/${need}/OWNERS.yaml says why, and what to take in its place`,
            };
          }
        }
      },
    },
  ],
});
