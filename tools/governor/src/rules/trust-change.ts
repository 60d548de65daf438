import type { ChangedComponent } from '../review/change-subject.ts';
import { isSignerFile } from '../signatures/signers.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const trustChange: GovernanceRule = ofChange({
  id: 'MOBY-X805',
  name: 'trust-change',
  severity: 'review',
  waivableBy: 'security-team',
  why: 'Whose keys count decides what everything else that is signed is worth. Who takes a library over begins with a key.',
  examples: { fails: 'another key of a maintainer; a line more in allowed_signers', passes: 'the keys as they were' },
  change: [
    {
      name: 'maintainers-keys',
      when: 'a component has other keys of maintainers in OWNERS.yaml than before',
      *find({ components }): Iterable<Found> {
        for (const component of components) {
          const said = differenceOf(component);
          if (said === undefined) continue;
          yield {
            component: component.name,
            repositoryFile: `components/${component.name}/OWNERS.yaml`,
            message: `other keys may sign releases of \`${component.name}\`: ${said}`,
            help: 'the security team asks whose they are, by another way than this pull request',
          };
        }
      },
    },
    {
      name: 'signers',
      when: 'the keys that may sign commits change',
      *find({ merge }): Iterable<Found> {
        for (const [path, entry] of merge.laid) {
          if (!isSignerFile(path)) continue;
          yield {
            repositoryFile: path,
            message:
              entry === undefined
                ? 'it says whose keys may sign commits, and would be gone'
                : 'it says whose keys may sign commits, and would change',
            help: 'the security team asks whose they are, by another way than this pull request',
          };
        }
      },
    },
    {
      name: 'unreadable',
      when: 'a line or a file of keys that may sign commits is changed, and counts for nothing',
      *find({ signatures }): Iterable<Found> {
        for (const { path, line, why } of signatures.faults)
          yield {
            severity: 'error',
            repositoryFile: path,
            ...(line === undefined ? {} : { place: { line, column: 1 } }),
            message: `it counts for nothing: ${why}`,
            help: 'mend it or take it out; docs/governance says what is taken',
          };
      },
    },
  ],
});

/** Of a component that was there before; a new one's keys are looked at with all the rest of it. By owners that can't be read, nobody had a key. */
function differenceOf({ before, after }: ChangedComponent): string | undefined {
  if (before === undefined || after?.owners?.ok !== true) return undefined;
  const old = before.owners?.ok === true ? (before.owners.value.keys ?? []) : [];
  const own = after.owners.value.keys ?? [];
  const [added, gone] = [own.filter((key) => !old.includes(key)), old.filter((key) => !own.includes(key))];
  if (added.length === 0 && gone.length === 0) return undefined;
  return [added.length > 0 ? `${added.length} added` : '', gone.length > 0 ? `${gone.length} taken out` : ''].filter(Boolean).join(', ');
}
