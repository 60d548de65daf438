import { describeEdge, type Edge } from '@moby/abi';
import { brokenNeeds, neededBy } from '../library/broken-needs.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const dependentsOk: GovernanceRule = ofChange({
  id: 'MOBY-C605',
  name: 'dependents-ok',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Whoever needs a component has its range, and takes what lies in it. A version that comes into the range has to do what the ones before it did: every file of every assembly still fits, and what others need is still offered. Where an assembly didn’t pass before either, a person decides, and where a fact is missing too.',
  examples: {
    fails: 'a release of containerd that no longer offers a service which a shim needs',
    passes: 'every edge of every assembly holds as it did',
  },
  change: [
    {
      name: 'misfit',
      when: 'an assembly resolves after the merge, and its parts don’t fit',
      *find({ library, touched }): Iterable<Found> {
        for (const { name, before, after } of library.assemblies) {
          if (after?.kind !== 'chosen' || after.state !== 'fails') continue;
          const broken = after.edges.filter(({ verdict }) => verdict === 'error');
          const wasRed = before?.state === 'fails';
          for (const edge of broken) yield { ...foundAt(edge, name, touched), ...severityOf(wasRed) };
          if (broken.length > 0) continue;
          for (const { message, hints = [] } of after.findings.filter(({ severity }) => severity === 'error'))
            yield { ...fileOf(name), message: `${name}: ${message}`, ...helpOf(hints), ...severityOf(wasRed) };
        }
      },
    },
    {
      name: 'unknown',
      when: 'an assembly resolves after the merge, and a fact is missing that would say whether its parts fit',
      *find({ library, touched }): Iterable<Found> {
        for (const { name, after } of library.assemblies) {
          if (after?.state !== 'unknown') continue;
          const [first] = after.edges;
          if (first === undefined) continue;
          const more = after.edges.length === 1 ? '' : `, and ${after.edges.length - 1} more facts are missing`;
          const found = foundAt(first, name, touched);
          yield { ...found, message: found.message + more, severity: 'review' };
        }
      },
    },
    {
      name: 'offer-gone',
      when: 'what a component needs was offered before the merge, and isn’t after it',
      *find({ library, touched }): Iterable<Found> {
        for (const broken of brokenNeeds(library, touched)) {
          if (broken.isGone) continue;
          const { need, range, by } = broken;
          yield {
            repositoryFile: `components/${by.name}/${by.line}/package.json`,
            component: `${by.name}/${by.line}`,
            message: `nobody offers \`${need}\` ${range} any more, which ${by.name} ${by.version} did; needed by ${neededBy(broken)}`,
            help: 'make it a new line beside the old one, or bring what doesn’t need it any more first',
          };
        }
      },
    },
  ],
});

function foundAt(edge: Edge, assembly: string, { components }: ChangeSubject['touched']): Found {
  const ends = [edge.by, edge.from].flatMap((end) => (end === undefined ? [] : [end]));
  const own = ends.find(({ component }) => components.some(({ name }) => name === component));
  const { hints } = describeEdge(edge);
  return {
    ...fileOf(assembly),
    ...(own === undefined ? {} : { component: own.component }),
    message: `${edge.sentence}; ${own === edge.from || edge.from.component === assembly ? '' : `needed by ${edge.from.component} ${edge.from.version} `}in ${assembly}`,
    ...helpOf(hints),
  };
}

function fileOf(assembly: string): Pick<Found, 'repositoryFile'> {
  return { repositoryFile: `assemblies/${assembly}/assembly.yaml` };
}

function severityOf(wasRed: boolean): Pick<Found, 'severity'> {
  return wasRed ? { severity: 'review' } : {};
}

function helpOf(hints: readonly string[]): Pick<Found, 'help'> {
  return hints.length === 0 ? {} : { help: hints.join('; ') };
}
