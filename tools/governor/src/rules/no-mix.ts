import { isMovedLock } from './moved-lock.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const noMix: GovernanceRule = ofChange({
  id: 'MOBY-G009',
  name: 'no-mix',
  severity: 'error',
  waivableBy: 'steward',
  why: 'A component is its owners’ to decide about, all else is others’. In one change each would decide about what isn’t theirs, and neither can be taken back alone.',
  examples: { fails: 'a component and a CI file', passes: 'two pull requests; a component and the locks that it moves' },
  change: [
    {
      name: 'mixed',
      when: 'a component is touched, and so is something outside of `components/`, apart from locks of assemblies that are there already (`assembly.lock.json`)',
      *find(subject): Iterable<Found> {
        const [component] = subject.touched.components;
        const [first, ...rest] = subject.touched.elsewhere.filter((path) => !path.startsWith('components/') && !isMovedLock(subject, path));
        if (component === undefined || first === undefined) return;
        const all = rest.length === 0 ? '' : ` and ${rest.length} more`;
        yield {
          repositoryFile: first,
          message: `\`${component.name}\` is touched, and so is what lies outside of \`components/\`: \`${first}\`${all}`,
          help: 'bring them in two pull requests',
        };
      },
    },
  ],
});
