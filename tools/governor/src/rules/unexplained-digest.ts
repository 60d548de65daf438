import type { DebSource, PlatformPayload, Source } from '@moby/model';
import type { ComponentSubject } from '../judge/subject.ts';
import { fileDigests } from '../judge/file-digests.ts';
import { isEqualJson } from '../json/walk-json.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

const platformsAt = ['component', 'payload', 'platforms'] as const;

export const unexplainedDigest: GovernanceRule = ofComponent({
  id: 'MOBY-P704',
  name: 'unexplained-digest',
  severity: 'error',
  waivableBy: 'security-team',
  why: 'A version of a package is one file, and a payload follows from its sources. Where a digest moved and nothing that it follows from did, somebody put other bytes in its place.',
  examples: { fails: 'a new sha256 of `redis-tools 5:8.0.2-3`', passes: 'a new sha256 of `redis-tools 5:8.0.2-4`' },
  clauses: [
    {
      name: 'source',
      when: 'a package of the same version has another sha256 than in the release before',
      *find(subject): Iterable<Found> {
        for (const { platform, before, after } of pairsOf(subject)) {
          for (const [index, source] of after.sources.entries()) {
            const old = before.sources.find((one): one is DebSource => isSamePackage(one, source));
            if (source.kind === 'deb' && old !== undefined && old.sha256 !== source.sha256)
              yield {
                at: [...platformsAt, platform, 'sources', index, 'sha256'],
                message: `\`${source.package} ${source.version}\` had the sha256 ${old.sha256} in ${subject.baseline?.version}`,
                help: 'a package never changes without a new version: ask its archive what happened',
              };
          }
        }
      },
    },
    {
      name: 'payload',
      when: 'the payload has another digest than in the release before, and its sources and what is made of them are the same',
      *find(subject): Iterable<Found> {
        for (const { platform, before, after } of pairsOf(subject)) {
          if (before.digest !== after.digest && isEqualJson(recipeOf(before), recipeOf(after)) && hasSameFiles(subject, after) === true)
            yield {
              at: [...platformsAt, platform, 'digest'],
              message: `the payload for ${platform} is another than in ${subject.baseline?.version}, and nothing that it is made of is`,
              help: 'build it anew: `moby-compose component build`',
            };
        }
      },
    },
    {
      name: 'unknown',
      when: 'nobody knows what the release before is made of',
      *find(subject): Iterable<Found> {
        const { baseline } = subject;
        const isKnown =
          baseline?.contents !== undefined && pairsOf(subject).every(({ after }) => hasSameFiles(subject, after) !== undefined);
        if (baseline !== undefined && !isKnown)
          yield { severity: 'review', message: `nobody knows what ${baseline.version} is made of, so this can’t be compared with it` };
      },
    },
  ],
});

interface Pair {
  readonly platform: string;
  readonly before: PlatformPayload;
  readonly after: PlatformPayload;
}

/** The platforms of both releases. */
function pairsOf({ manifest, baseline }: ComponentSubject): readonly Pair[] {
  const old: Readonly<Record<string, PlatformPayload>> = baseline?.contents?.manifest.payload.platforms ?? {};
  return Object.entries(manifest.payload.platforms).flatMap(([platform, after]) => {
    const before = old[platform];
    return before === undefined ? [] : [{ platform, before, after }];
  });
}

function isSamePackage(one: Source, other: Source): boolean {
  return one.kind === 'deb' && other.kind === 'deb' && one.package === other.package && one.version === other.version;
}

/** What a payload follows from, apart from the component's own files. */
function recipeOf({ sources, links, directories, joins }: PlatformPayload): unknown {
  return { sources, links, directories, joins: joins ?? {} };
}

/** Undefined where nobody has written down which files the release before had. */
function hasSameFiles({ question, baseline }: ComponentSubject, { sources }: PlatformPayload): boolean | undefined {
  if (!sources.some(({ kind }) => kind === 'files')) return true;
  if (baseline?.digests === undefined) return undefined;
  const own = (digests: Readonly<Record<string, string>>): unknown =>
    Object.fromEntries(Object.entries(digests).filter(([path]) => path.startsWith('files/')));
  return isEqualJson(own(baseline.digests), own(fileDigests(question.release.files)));
}
