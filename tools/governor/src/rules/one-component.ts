import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const oneComponent: GovernanceRule = ofChange({
  id: 'MOBY-S101',
  name: 'one-component',
  severity: 'error',
  waivableBy: 'steward',
  why: 'One component is looked at by those who know it, and taken back alone. Several travel together where the policy says why they must.',
  examples: {
    fails: '`dbus` and `udev`',
    passes: 'two lines of `containerd`; `docker` and `docker-cli`, which a group of the policy holds',
  },
  change: [
    {
      name: 'several',
      when: 'more than one component is touched, and no group of the policy (`batchGroups`) holds them all',
      *find({ policy, touched }): Iterable<Found> {
        const names = touched.components.map(({ name }) => name);
        if (names.length < 2 || policy.batchGroups.some(({ components }) => names.every((name) => components.includes(name)))) return;
        const shown = names.slice(0, 3).map((name) => `\`${name}\``);
        const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
        yield {
          repositoryFile: 'components',
          message: `${names.length} components are touched: ${shown.join(', ')}${more}; no group of the policy holds them all`,
          help: 'bring each in a pull request of its own',
        };
      },
    },
  ],
});
