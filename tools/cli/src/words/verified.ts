import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verifyArtifact, type Verified } from '@moby/composer';
import { openLine } from '@moby/composer/line';
import { readArtifact } from '@moby/machine';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { bold, dim, red, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';

interface Told {
  readonly target: string;
  readonly kind: 'artifact' | 'lock';
  /** `redis-os 1.0.0`. */
  readonly name: string;
  readonly verified: readonly Verified[];
}

/** More that is absent is only counted: `--json` names it. */
const mostAbsent = 5;

/** An artifact's folder or its artifact.json, else a lock; exit code 1 where something is wrong. */
export async function verifyOutcome(target: string, flags: WorldFlags, session: Session): Promise<Outcome> {
  const folder = target.endsWith('artifact.json') ? dirname(target) : target;
  if (existsSync(join(folder, 'artifact.json'))) {
    const artifact = await readArtifact(folder);
    const name = `${artifact.name} ${artifact.version} for ${artifact.platform}`;
    return told({ target, kind: 'artifact', name, verified: await verifyArtifact(folder, artifact) }, session);
  }
  const line = await openLine(await surroundingsOf(flags, session));
  const read = await line.verifyLock(target);
  if (!read.ok) return refusedBy(read.findings);
  return told({ target: read.value.label, kind: 'lock', name: read.value.assembly, verified: read.value.verified }, session);
}

function told({ target, kind, name, verified }: Told, { reporter }: Session): Outcome {
  reporter.settle();
  const count = (verdict: Verified['verdict']): number => verified.filter((one) => one.verdict === verdict).length;
  const [ok, wrong, absent] = [count('ok'), count('wrong'), count('absent')];
  const isLong = absent > mostAbsent;
  const rows = verified
    .filter(({ verdict }) => verdict === 'wrong' || (verdict === 'absent' && !isLong))
    .map(({ what, verdict, why = '' }): readonly Line[] => [[verdict === 'wrong' ? red('wrong') : dim('absent')], [what], [why]]);
  return {
    kind: 'done',
    value: { target, kind, name, ok, wrong, absent, verified },
    lines: [
      [bold(name), dim(` · ${target}`)],
      ...table(rows),
      [`${ok} ok, ${wrong} wrong${absent === 0 ? '' : `, ${absent} not here to be compared`}`],
    ],
    exitCode: wrong === 0 ? 0 : 1,
  };
}
