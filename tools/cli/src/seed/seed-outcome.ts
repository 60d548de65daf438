import type { Diagnostic } from '@moby/model';
import { publishRelease, type PublishedRelease } from '@moby/registry/publish';
import { defaultListen, formatAddress } from '@moby/registry-server';
import type { ComponentPlace } from '../author/find-components.ts';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { chosenKey } from '../publish/chosen-key.ts';
import { mustBeLoggedIn, openPublisher, shownRegistry, type Publisher } from '../publish/open-publisher.ts';
import { findingsOf, refusalOf } from '../publish/refusal-of.ts';
import { seededLines, seededValue, trouble } from '../words/seeded.ts';
import { packRelease, type PackedLine, type SigningWish } from './pack-release.ts';
import { seedOrder } from './seed-order.ts';

/** What has become of a line. */
export interface SeededLine extends PackedLine {
  readonly state: PublishedRelease['state'] | 'differs' | 'refused';
  readonly payload?: string;
  readonly refusal?: Diagnostic;
}

export interface SeedOptions {
  readonly places: readonly ComponentPlace[];
  readonly registry: readonly string[];
  /** Of `--key`. */
  readonly key: string | undefined;
  readonly session: Session;
}

/** All is packed before anything is sent, and each line is looked up before it is: what is there is not sent again. */
export async function seedOutcome({ places, registry, key, session }: SeedOptions): Promise<Outcome> {
  const { reporter } = session;
  const publisher = await openPublisher(registry, session, `http://${formatAddress(defaultListen)}/`);
  try {
    const chosen = await chosenKey(key);
    const signing = chosen === undefined ? undefined : { key: chosen, isNamed: key !== undefined };
    const { lines, findings } = await packAll(places, { publisher, signing }, session);
    reporter.settle();
    if (findings.some(({ severity }) => severity === 'error')) return refusedBy(findings);
    for (const finding of findings) reporter.warn(finding);
    const writers = new Set(lines.map(({ manifest }) => publisher.writerOf(scopeOf(manifest.npmName))));
    const seeded = await sendAll(seedOrder(lines), publisher, session);
    reporter.settle();
    const where = [...writers].map(shownRegistry).join(', ');
    return {
      kind: 'done',
      value: { registries: [...writers].map(({ label }) => label), ...seededValue(seeded) },
      lines: seededLines(seeded, where),
      next: trouble(seeded),
      exitCode: seeded.some(({ refusal }) => refusal !== undefined) ? 1 : 0,
    };
  } finally {
    publisher.close();
  }
}

async function packAll(
  places: readonly ComponentPlace[],
  { publisher, signing }: { readonly publisher: Publisher; readonly signing: SigningWish | undefined },
  { reporter, signal }: Session,
): Promise<{ readonly lines: readonly PackedLine[]; readonly findings: readonly Diagnostic[] }> {
  const lines: PackedLine[] = [];
  const findings: Diagnostic[] = [];
  for (const [done, place] of places.entries()) {
    reporter.step({ step: 'pack', done, total: places.length, unit: 'items', note: place.label });
    const { line, findings: own } = await packRelease(place, signing).catch((error: unknown) => ({
      findings: findingsOf(error),
      line: undefined,
    }));
    findings.push(...own);
    if (line === undefined) continue;
    mustBeLoggedIn(publisher.writerOf(scopeOf(line.manifest.npmName)), 'steward');
    lines.push(line);
    signal.throwIfAborted();
  }
  return { lines, findings };
}

/** One after the other, in their order; what the registry refuses of one says nothing of the others. */
async function sendAll(lines: readonly PackedLine[], publisher: Publisher, { reporter, signal }: Session): Promise<readonly SeededLine[]> {
  const seeded: SeededLine[] = [];
  for (const [done, line] of lines.entries()) {
    const { manifest, release } = line;
    reporter.step({ step: 'seed', done, total: lines.length, unit: 'items', note: `${manifest.name}/${release.line}` });
    try {
      const { state, payload } = await publishRelease(release, publisher.writerOf(scopeOf(manifest.npmName)));
      seeded.push({ ...line, state, ...(payload === undefined ? {} : { payload }) });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      seeded.push({ ...line, state: refusal.code === 'version-frozen' ? 'differs' : 'refused', refusal });
    }
    signal.throwIfAborted();
  }
  return seeded;
}

function scopeOf(npmName: string): string {
  return npmName.slice(0, npmName.indexOf('/'));
}
