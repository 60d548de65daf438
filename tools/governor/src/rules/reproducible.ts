import type { Question } from '../judge/question.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

/** Who reads a publish's findings can't have it derived; who reviews can. */
function helpOf({ door }: Question): Pick<Found, 'help'> {
  return door.kind === 'review' ? { help: 'moby-compose review --derive does it, and downloads the packages that it needs' } : {};
}

export const reproducible: GovernanceRule = ofComponent({
  id: 'MOBY-P706',
  name: 'reproducible',
  severity: 'review',
  waivableBy: 'owner',
  why: 'Whoever publishes says what the payload is; building it once more shows it. Where nobody did, what facts and capabilities say is the publisher’s word, so such a release doesn’t become `latest` by itself. A build that gave something else is MOBY-P703.',
  examples: { fails: 'a release whose packages were not at hand at the registry', passes: 'one whose payloads were built there' },
  clauses: [
    {
      name: 'unproven',
      when: 'the payloads were not derived from their sources while the release was judged; in a pull request, unless it leaves all about them as it is',
      *find({ question }): Iterable<Found> {
        if (question.payload.kind === 'unproven')
          yield { at: ['component', 'payload'], message: `the payload is unproven: ${question.payload.why}`, ...helpOf(question) };
      },
    },
    {
      name: 'platform',
      when: 'the payload for one of the platforms was not derived',
      *find({ manifest, question }): Iterable<Found> {
        if (question.payload.kind !== 'proven') return;
        const { payloads } = question.payload;
        const proven = new Set(Object.keys(payloads));
        for (const platform of Object.keys(manifest.payload.platforms))
          if (!proven.has(platform))
            yield { at: ['component', 'payload', 'platforms', platform], message: `the payload for ${platform} is unproven` };
      },
    },
  ],
});
