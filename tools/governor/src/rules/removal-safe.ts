import { assembliesWith, brokenNeeds, neededBy } from '../library/broken-needs.ts';
import type { LibrarySide } from '../library/library-side.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const removalSafe: GovernanceRule = ofChange({
  id: 'MOBY-C606',
  name: 'removal-safe',
  severity: 'error',
  waivableBy: 'steward',
  why: 'What a living component needs stays until nobody needs it. Whoever removes or retires a component brings its dependents along, or waits for them.',
  examples: { fails: 'retiring zlib, which redis requires', passes: 'nothing depends on it' },
  change: [
    {
      name: 'removed',
      when: 'a line is removed that alone meets what a component needs',
      *find({ library, touched }): Iterable<Found> {
        for (const broken of brokenNeeds(library, touched)) {
          if (!broken.isGone) continue;
          const { need, range, by } = broken;
          yield {
            repositoryFile: `components/${by.name}/${by.line}/package.json`,
            component: `${by.name}/${by.line}`,
            message: `it is removed, and nothing else is \`${need}\` ${range}; needed by ${neededBy(broken)}`,
            help: 'bring the dependents along, or leave the line until they need it no more',
          };
        }
      },
    },
    {
      name: 'given-up',
      when: 'a component comes to be retired or quarantined while a living one requires it',
      *find({ library, touched }): Iterable<Found> {
        for (const name of givenUp(library, touched)) {
          for (const { dependent, version } of dependentsOf(library.after, name)) {
            const { lifecycle } = library.after.components.get(name) ?? {};
            const where = assembliesWith(library, { name: dependent, version });
            yield {
              repositoryFile: `components/${name}/OWNERS.yaml`,
              component: name,
              message: `it is ${lifecycle}, and ${dependent} ${version}${where.length === 0 ? '' : ` in ${where.join(', ')}`} requires it`,
              help: 'bring the dependents along, or wait until they need it no more',
            };
          }
        }
      },
    },
  ],
});

const dead: readonly (string | undefined)[] = ['retired', 'quarantined'];

/** Touched components that were alive. */
function givenUp({ before, after }: ChangeSubject['library'], { components }: ChangeSubject['touched']): readonly string[] {
  return components.flatMap(({ name }) =>
    dead.includes(after.components.get(name)?.lifecycle) && !dead.includes(before.components.get(name)?.lifecycle) ? [name] : [],
  );
}

/** Living components that require it by its name, or by what it alone offers. */
function dependentsOf(
  { components, providers }: LibrarySide,
  name: string,
): readonly { readonly dependent: string; readonly version: string }[] {
  const isIt = (need: string): boolean => need === name || (providers.get(need)?.length === 1 && providers.get(need)?.[0] === name);
  return [...components].flatMap(([dependent, { lifecycle, lines }]) =>
    dependent === name || dead.includes(lifecycle)
      ? []
      : lines.flatMap(({ says }) =>
          says !== undefined && Object.keys(says.requires).some(isIt) ? [{ dependent, version: says.version }] : [],
        ),
  );
}
