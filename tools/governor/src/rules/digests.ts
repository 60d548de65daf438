import { deriveCapabilities } from '@moby/abi';
import { Failure, isPlatform, type Digest, type Facts, type Platform } from '@moby/model';
import type { ComponentSubject } from '../judge/subject.ts';
import { fileDigests } from '../judge/file-digests.ts';
import { isEqualJson } from '../json/walk-json.ts';
import { listedName, listedNames, packedAnyway, withFolders } from './listed-files.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

const platformsAt = ['component', 'payload', 'platforms'] as const;
const build = 'write it anew: `moby-compose component build`';

export const digests: GovernanceRule = ofComponent({
  id: 'MOBY-P703',
  name: 'digests',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A digest is the identity of what is built from a release, and facts decide what fits it. Both are written from the payload’s bytes: what says something else was written by hand, or speaks of another payload.',
  examples: {
    fails: 'one byte of the payload flipped; facts.json of the version before',
    passes: 'what `moby-compose component build` wrote',
  },
  clauses: [
    {
      name: 'payload',
      when: 'the payload that follows from the sources has another digest or size than the manifest says',
      *find({ manifest, question }): Iterable<Found> {
        if (question.payload.kind !== 'proven') return;
        for (const [platform, { digest, size }] of platformsOf(manifest.payload.platforms)) {
          const is = question.payload.payloads[platform];
          if (is !== undefined && (is.digest !== digest || is.size !== size))
            yield {
              at: [...platformsAt, platform, 'digest'],
              message: `the payload for ${platform} is ${is.digest} of ${is.size} bytes by its sources, ${digest} of ${size} by the manifest`,
              help: build,
            };
        }
      },
    },
    {
      name: 'derived',
      when: 'a file written from the payload’s bytes (facts.json and its like) differs from what they give',
      *find({ question }): Iterable<Found> {
        if (question.payload.kind === 'proven')
          for (const file of question.payload.differing)
            yield { file, message: `\`${file}\` is not what the payload’s bytes give`, help: build };
      },
    },
    {
      name: 'facts',
      when: 'facts.json or symbols.json is of another payload than the manifest, or facts.json lacks a platform',
      find: ofAnotherPayload,
    },
    {
      name: 'kernel-symbols',
      when: 'facts.json names another digest of kernel-symbols.json than that has',
      *find({ facts, question }): Iterable<Found> {
        const file = 'kernel-symbols.json';
        const is = fileDigests(question.release.files)[file];
        for (const { kernel } of facts.kind === 'read' ? Object.values(facts.value.platforms) : []) {
          if (kernel?.symbols === undefined || kernel.symbols === `sha256:${is}`) continue;
          yield { file: 'facts.json', message: `\`facts.json\` names another \`${file}\` than the one that is there`, help: build };
          return;
        }
      },
    },
    {
      name: 'proven',
      when: '`component.proven` says something else than follows from facts.json',
      *find({ facts, manifestJson }): Iterable<Found> {
        if (facts.kind !== 'read') return;
        const derived = capabilitiesOf(facts.value);
        if (derived instanceof Failure) {
          yield {
            file: 'facts.json',
            message: `nobody can say what follows from facts.json: ${derived.message}`,
            help: derived.hints[0] ?? build,
          };
          return;
        }
        const { provides, requires } = derived;
        const said = manifestJson.component.proven;
        for (const [key, is] of Object.entries({ provides, requires })) {
          const own = (key === 'provides' ? said?.provides : said?.requires) ?? {};
          if (!isEqualJson(own, is))
            yield { at: ['component', 'proven', key], message: `\`component.proven.${key}\` does not follow from facts.json`, help: build };
        }
      },
    },
    {
      name: 'undeclared',
      when: 'the package has a file that `files` of package.json doesn’t list, and npm doesn’t pack anyway',
      *find({ manifestJson, question }): Iterable<Found> {
        if (manifestJson.files === undefined) return;
        const listed = listedNames(manifestJson.files);
        for (const path of question.release.files.keys())
          if (!packedAnyway(path) && ![...withFolders(path)].some((one) => listed.has(one)))
            yield { file: path, message: `\`${path}\` is not among \`files\` of package.json`, help: 'list it, or leave it out' };
      },
    },
    {
      name: 'missing',
      when: '`files` of package.json lists what the package doesn’t have',
      *find({ manifestJson, question }): Iterable<Found> {
        const there = new Set([...question.release.files.keys()].flatMap((path) => [...withFolders(path)]));
        for (const [index, listed] of (manifestJson.files ?? []).entries())
          if (!there.has(listedName(listed)))
            yield { at: ['files', index], message: `the package has no \`${listed}\``, help: 'take it out, or put it into the package' };
      },
    },
  ],
});

/** A `Failure` where following its links and libraries takes more than is spent on one component. */
function capabilitiesOf(facts: Facts): ReturnType<typeof deriveCapabilities> | Failure {
  try {
    return deriveCapabilities(facts);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function* ofAnotherPayload({ manifest, facts, symbols }: ComponentSubject): Iterable<Found> {
  for (const [platform, { digest }] of platformsOf(manifest.payload.platforms)) {
    if (facts.kind === 'missing' || (facts.kind === 'read' && facts.value.platforms[platform] === undefined))
      yield { file: 'facts.json', message: `there are no facts of the payload for ${platform}`, help: build };
    const parts = { 'facts.json': facts, 'symbols.json': symbols };
    for (const [file, part] of Object.entries(parts)) {
      const of: Digest | undefined = part.kind === 'read' ? part.value.platforms[platform]?.payload : undefined;
      if (of !== undefined && of !== digest)
        yield { file, message: `\`${file}\` is of the payload ${of} for ${platform}, the manifest of ${digest}`, help: build };
    }
  }
}

function platformsOf<Value>(platforms: Readonly<Partial<Record<Platform, Value>>>): readonly (readonly [Platform, Value])[] {
  return Object.entries(platforms).flatMap(([platform, value]) => (isPlatform(platform) ? [[platform, value] as const] : []));
}
