import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verifyArtifact, type Verified } from '@moby/composer';
import { openLine } from '@moby/composer/line';
import { readArtifact } from '@moby/machine';
import { parseVersion, toNpmVersion } from '@moby/model';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { namedRelease } from '../publish/named-release.ts';
import { registryPlaces } from '../registry-places.ts';
import { bold, dim, green, red, yellow, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';

interface Told {
  readonly target: string;
  readonly kind: 'artifact' | 'lock' | 'release';
  /** `redis-os 1.0.0`. */
  readonly name: string;
  readonly verified: readonly Verified[];
  readonly mustBeSigned: boolean;
}

type VerifyFlags = WorldFlags & { readonly 'require-signatures': boolean };

/** Of a verdict that is no trouble, more is only counted: `--json` names it. */
const mostTold = 5;

/** An artifact's folder or its artifact.json, else a release, else a lock; exit code 1 where something is wrong. */
export async function verifyOutcome(target: string, flags: VerifyFlags, session: Session): Promise<Outcome> {
  const folder = target.endsWith('artifact.json') ? dirname(target) : target;
  const mustBeSigned = flags['require-signatures'];
  if (existsSync(join(folder, 'artifact.json'))) {
    const artifact = await readArtifact(folder);
    const name = `${artifact.name} ${artifact.version} for ${artifact.platform}`;
    return told({ target, kind: 'artifact', name, verified: await verifyArtifact(folder, artifact), mustBeSigned: false }, session);
  }
  if (isRelease(target)) return releaseOutcome(target, flags, session);
  const line = await openLine(await surroundingsOf(flags, session));
  const read = await line.verifyLock(target);
  if (!read.ok) return refusedBy(read.findings);
  const { label, assembly: name, verified } = read.value;
  return told({ target: label, kind: 'lock', name, verified, mustBeSigned }, session);
}

/** No assembly is called so; a path that is there is one. */
function isRelease(target: string): boolean {
  return /[^@/]@[^/]+$/.test(target) && !existsSync(target);
}

async function releaseOutcome(target: string, flags: VerifyFlags, session: Session): Promise<Outcome> {
  const { npmName, version: text } = namedRelease(target);
  const version = parseVersion(text);
  const npmVersion = version === undefined || !text.includes('+') ? text : toNpmVersion(version);
  const surroundings = await surroundingsOf(flags, session);
  // A release is a registry's, also where there is a library around.
  const registries =
    surroundings.registries ??
    (await registryPlaces([], {
      currentFolder: surroundings.currentFolder,
      offline: flags.offline === true,
      acceptedKeys: flags['trust-key'],
    }));
  const line = await openLine({ ...surroundings, registries });
  const verified = await line.verifyRelease({ npmName, npmVersion });
  const name = `${npmName}@${npmVersion}`;
  return told({ target, kind: 'release', name, verified, mustBeSigned: flags['require-signatures'] }, session);
}

function told({ target, kind, name, verified: found, mustBeSigned }: Told, { reporter }: Session): Outcome {
  reporter.settle();
  const verified = mustBeSigned ? found.map(withoutMercy) : found;
  const count = (verdict: Verified['verdict']): number => verified.filter((one) => one.verdict === verdict).length;
  const [ok, wrong, absent, unsigned] = [count('ok'), count('wrong'), count('absent'), count('unsigned')];
  const isShown = ({ verdict }: Verified): boolean =>
    kind === 'release' || verdict === 'wrong' || (verdict !== 'ok' && count(verdict) <= mostTold);
  const rows = verified
    .filter(isShown)
    .map(({ what, verdict, key, why = '' }): readonly Line[] => [
      [shades[verdict](verdict)],
      [what],
      [key === undefined ? why : `by ${key}${why === '' ? '' : `, ${why}`}`],
    ]);
  return {
    kind: 'done',
    value: { target, kind, name, ok, wrong, absent, unsigned, verified },
    lines: [
      [bold(name), dim(` · ${target}`)],
      ...table(rows),
      ...(kind === 'release' ? [] : vouchers(verified)),
      [
        `${ok} ok, ${wrong} wrong`,
        absent === 0 ? '' : `, ${absent} not here to be compared`,
        unsigned === 0 ? '' : `, ${unsigned} signed by nobody`,
      ].join(''),
    ].map((line) => (typeof line === 'string' ? [line] : line)),
    exitCode: wrong === 0 ? 0 : 1,
  };
}

const shades: Readonly<Record<Verified['verdict'], (text: string) => Line[number]>> = {
  ok: green,
  wrong: red,
  absent: dim,
  unsigned: yellow,
};

/** What nobody vouches for is wrong: where signatures have to be, one that can't be looked at is none. */
function withoutMercy(one: Verified): Verified {
  const isSignature = one.verdict === 'unsigned' || (one.verdict === 'absent' && /(?:signature|statement) of /.test(one.what));
  return isSignature ? { ...one, verdict: 'wrong' } : one;
}

/** Of many releases each key is told once. */
function vouchers(verified: readonly Verified[]): readonly Line[] {
  const counts = new Map<string, number>();
  for (const { key, what } of verified) {
    if (key === undefined) continue;
    const said = `${what.split(' of ')[0] ?? ''} by ${key}`;
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([said, times]): Line => [`  ${times} × ${said}`]);
}
