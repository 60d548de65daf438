import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const ownerApproval: GovernanceRule = ofPackage({
  id: 'MOBY-O403',
  name: 'owner-approval',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A release is its maintainers’ word. Who they are is read from what is merged, so nobody becomes one by the release that they publish. A steward may help out; a bot publishes what was merged.',
  examples: { fails: '`mallory` publishes what `ann` maintains', passes: '`ann`; a steward; a bot' },
  clauses: [
    {
      name: 'stranger',
      when: 'at the registry’s door, the publisher is neither a maintainer by the user name in OWNERS.yaml, nor a steward, nor a bot',
      *find({ name, question }): Iterable<Found> {
        const { door, owners, publisher } = question;
        if (door.kind !== 'publish' || owners === undefined || owners.maintainers.length === 0 || publisher === undefined) return;
        if (publisher.role === 'steward' || publisher.role === 'bot' || owners.maintainers.includes(publisher.id)) return;
        const maintainers = owners.maintainers.map((one) => `\`${one}\``).join(', ');
        yield {
          at: ['name'],
          message: `\`${publisher.id}\` is no maintainer of \`${name}\`: ${maintainers}`,
          help: 'ask one of them to publish it, or to name you in OWNERS.yaml by a pull request',
        };
      },
    },
    {
      name: 'unknown',
      when: 'at the registry’s door, nobody said who publishes',
      *find({ question }): Iterable<Found> {
        if (question.door.kind === 'publish' && question.publisher === undefined)
          yield { at: ['name'], severity: 'review', message: 'nobody said who publishes this' };
      },
    },
  ],
});
