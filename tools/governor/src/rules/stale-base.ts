import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const staleBase: GovernanceRule = ofChange({
  id: 'MOBY-R905',
  name: 'stale-base',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A verdict is about one base. When something has been merged meanwhile that this change has to do with, nobody has looked at both together.',
  examples: { fails: 'what the component needs was merged meanwhile', passes: 'the review is run again; something else was merged' },
  change: [
    {
      name: 'meets',
      when: 'the branch that is merged into has moved on from the base, in what the change touches, what that needs or is needed by, in assemblies, decisions, schemas or tools',
      *find({ target }): Iterable<Found> {
        if (target?.kind === 'moved' && target.meets.length > 0)
          yield {
            message: `the target is at ${target.oid.slice(0, 10)} by now, and this has changed there: ${target.meets.map((path) => `\`${path}\``).join(', ')}`,
            help: 'review it again with the target as it is as `--base`',
          };
      },
    },
    {
      name: 'unknown-target',
      when: 'the branch that is merged into has moved on from the base, to a commit that the repository doesn’t have',
      *find({ target }): Iterable<Found> {
        if (target?.kind === 'unknown')
          yield {
            severity: 'review',
            message: `the target is at ${target.oid.slice(0, 10)} by now, which the repository doesn’t have`,
            help: 'fetch it, and review again with it as `--base`',
          };
      },
    },
  ],
});
