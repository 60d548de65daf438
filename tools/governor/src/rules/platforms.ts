import { platforms as known, isPlatform, nearest } from '@moby/model';
import { valueAt } from '../json/walk-json.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

const at = ['component', 'payload', 'platforms'] as const;

export const platforms: GovernanceRule = ofPackage({
  id: 'MOBY-M213',
  name: 'platforms',
  severity: 'error',
  waivableBy: 'owner',
  why: 'Resolving asks for one payload for one platform. A platform is one key, so two payloads for the same one can’t be written: MOBY-S104 refuses a key that stands twice.',
  examples: { fails: '`"platforms": {"linux/x86_64": …}`', passes: '`"platforms": {"linux/amd64": …, "linux/arm64": …}`' },
  clauses: [
    {
      name: 'none',
      when: 'the payload has no platform',
      find: ({ json }) =>
        platformsOf(json)?.length === 0 ? [{ at, message: 'the payload has no platform', help: `name one of ${known.join(', ')}` }] : [],
    },
    {
      name: 'unknown',
      when: 'an operating system or an architecture is unknown',
      *find({ json }): Iterable<Found> {
        for (const platform of platformsOf(json) ?? []) {
          if (isPlatform(platform)) continue;
          const meant = nearest(platform, known);
          const help = meant === undefined ? `known are ${known.join(', ')}` : `did you mean \`${meant}\`?`;
          yield { at: [...at, platform], key: true, message: `\`${platform}\` is no platform`, help };
        }
      },
    },
  ],
});

function platformsOf(json: PackageSubject['json']): readonly string[] | undefined {
  const value = valueAt(json, at);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
}
