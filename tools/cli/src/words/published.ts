import type { Bump } from '@moby/abi';
import type { Diagnostic } from '@moby/model';
import { shownRegistry } from '../publish/open-publisher.ts';
import type { PreparedRelease } from '../publish/prepare-release.ts';
import { bold, dim, green, yellow, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

/** What became of a release. */
export interface ToldRelease {
  readonly prepared: PreparedRelease;
  readonly state: 'new' | 'as before' | 'would be' | 'refused';
  readonly tags: readonly string[];
  /** Whether the registry passes a signed statement on; undefined where nothing was sent. */
  readonly isStated?: boolean;
  readonly refusal?: Diagnostic;
}

const bumps: readonly Bump[] = ['none', 'patch', 'minor', 'major'];

/** A row of ticks a release; its name in front where there are several. */
export function preparedLines(releases: readonly PreparedRelease[]): readonly Line[] {
  const rows = releases.map((prepared): readonly Line[] => {
    const { manifest } = prepared.release.packed;
    const ticks = [done('manifest'), payloadTick(prepared), factsTick(prepared), bumpTick(prepared), signedTick(prepared)];
    return releases.length === 1 ? ticks : [[bold(`${manifest.name}/${prepared.release.line}`)], ...ticks];
  });
  return table(rows, { gap: '    ' });
}

export function publishedLine({ prepared, state, tags }: ToldRelease): Line {
  const { release, writer } = prepared;
  const { manifest, npmVersion } = release.packed;
  const name = bold(`${manifest.name} ${manifest.version}`);
  const id = ` (npm: ${manifest.npmName}@${npmVersion})`;
  const as = tags.length === 0 ? '' : ` as ${tags.map((tag) => `\`${tag}\``).join(', ')}`;
  const where = shownRegistry(writer);
  switch (state) {
    case 'new':
      return ['published ', name, `${id} to ${where}${as}`];
    case 'as before':
      return [name, `${id} is published already at ${where}, with this content${as === '' ? '' : `,${as}`}`];
    case 'would be':
      return ['would publish ', name, `${id} to ${where}`];
    case 'refused':
      return [name, `${id} was refused by ${where}`];
  }
}

/** One release in the document of `--json`. */
export function releaseValue({ prepared, state, tags, refusal }: ToldRelease): object {
  const { release, writer, proof, bump, signedBy } = prepared;
  const { manifest, npmVersion, integrity } = release.packed;
  return {
    component: `${manifest.name}/${release.line}`,
    version: manifest.version,
    package: `${manifest.npmName}@${npmVersion}`,
    integrity,
    registry: writer.label,
    state,
    tags,
    proven: proof.platforms,
    ...(bump === undefined ? {} : { bump }),
    ...(signedBy === undefined ? {} : { signedBy }),
    findings: refusal === undefined ? [] : [refusal],
  };
}

export function nextAfterPublish(told: readonly ToldRelease[]): readonly Line[] {
  const unproven = told.filter(({ prepared }) => prepared.proof.missing.length > 0);
  const unsigned = told.some(({ prepared, state }) => prepared.signedBy === undefined && state !== 'as before');
  const names = unproven.map(({ prepared: { release } }) => `${release.packed.manifest.name}/${release.line}`);
  const unstated = told
    .filter(({ prepared, state, isStated }) => prepared.signedBy !== undefined && state === 'new' && isStated === false)
    .map(({ prepared: { release } }) => release.packed.manifest.name);
  return [
    ...(names.length === 0 ? [] : [[], [`prove what its packages give: moby-compose component build --check ${names.join(' ')}`]]),
    ...(unsigned ? [[], ['sign what you publish: moby-compose key new']] : []),
    ...(unstated.length === 0 ? [] : [[], ...notPassedOn(unstated)]),
  ];
}

function notPassedOn(names: readonly string[]): readonly Line[] {
  return [
    [
      `your statement about ${names.join(', ')} is not passed on: the registry knows no key of ${names.length === 1 ? 'its' : 'their'} owners`,
    ],
    [
      'it reads keys in OWNERS.yaml of the library that `library` of its configuration names, and versions that are published from then on have it',
    ],
  ];
}

function done(text: string): Line {
  return [green('✔'), ` ${text}`];
}

function open(text: string): Line {
  return [dim(`– ${text}`)];
}

function payloadTick({ proof }: PreparedRelease): Line {
  const { platforms, missing } = proof;
  if (missing.length > 0)
    return open(`payload not proven: ${missing.length} ${missing.length === 1 ? 'package is' : 'packages are'} not in the store`);
  return done(`payload digest, ${platforms.length === 2 ? 'both platforms' : platforms.join(', ')}`);
}

function factsTick({ proof }: PreparedRelease): Line {
  return proof.missing.length > 0 ? open('facts') : done('facts');
}

function bumpTick({ bump }: PreparedRelease): Line {
  if (bump === undefined) return open('bump: published already');
  if (bump.kind === 'first') return done(bump.of === 'component' ? 'bump: first version' : 'bump: first of its line');
  const { needed, declared, before } = bump;
  if (bumps.indexOf(needed) <= bumps.indexOf(declared)) return done(`bump: ${declared} after ${before}`);
  return [yellow('!'), ` bump: ${declared} after ${before}, and its bytes need ${needed}`];
}

function signedTick({ signedBy }: PreparedRelease): Line {
  return signedBy === undefined ? open('not signed') : done(`signed (key ${signedBy.replace('SHA256:', '').slice(0, 4)}…)`);
}
