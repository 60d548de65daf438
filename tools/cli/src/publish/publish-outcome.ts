import { storeFolder } from '@moby/composer';
import { openContentStore } from '@moby/content';
import { Failure, type Diagnostic } from '@moby/model';
import { publishRelease } from '@moby/registry/publish';
import type { ComponentPlace } from '../author/find-components.ts';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { nextAfterPublish, preparedLines, publishedLine, releaseValue, type ToldRelease } from '../words/published.ts';
import { chosenKey } from './chosen-key.ts';
import { openPublisher } from './open-publisher.ts';
import { prepareRelease, type PreparedRelease, type PrepareWorld } from './prepare-release.ts';
import { findingsOf, refusalOf } from './refusal-of.ts';

export interface PublishOptions {
  readonly places: readonly ComponentPlace[];
  readonly registry: readonly string[];
  readonly isDryRun: boolean;
  readonly tag: string | undefined;
  /** Of `--key`. */
  readonly key: string | undefined;
  readonly session: Session;
}

/** Nothing is sent before all that is to be published is in order. */
export async function publishOutcome(options: PublishOptions): Promise<Outcome> {
  const { places, registry, isDryRun, key, session } = options;
  const { reporter } = session;
  const tag = tagOf(options.tag);
  const publisher = await openPublisher(registry, session);
  try {
    const cacheFolder = storeFolder(process.env);
    const store = openContentStore(cacheFolder);
    const world: PrepareWorld = { publisher, store, cacheFolder, key: await chosenKey(key), tag, isDryRun, warn: reporter.warn };
    const { releases, findings } = await prepareAll(places, world, session);
    reporter.settle();
    if (findings.some(({ severity }) => severity === 'error')) return refusedBy(findings);
    for (const finding of findings) reporter.warn(finding);
    for (const line of preparedLines(releases)) reporter.say(line);
    const told = isDryRun ? releases.map(wouldBe) : await sendAll(releases, session);
    const refusals = told.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]));
    return {
      kind: 'done',
      value: { dryRun: isDryRun, releases: told.map(releaseValue) },
      lines: [],
      next: [...refusals.flatMap((refusal) => [[], ...renderDiagnostic(refusal)]), ...nextAfterPublish(told)],
      exitCode: refusals.length === 0 ? 0 : 1,
    };
  } finally {
    publisher.close();
  }

  function wouldBe(prepared: PreparedRelease): ToldRelease {
    const told: ToldRelease = { prepared, state: prepared.standing.kind === 'same' ? 'as before' : 'would be', tags: [] };
    reporter.data(publishedLine(told));
    return told;
  }
}

async function prepareAll(
  places: readonly ComponentPlace[],
  world: PrepareWorld,
  session: Session,
): Promise<{ readonly releases: readonly PreparedRelease[]; readonly findings: readonly Diagnostic[] }> {
  const releases: PreparedRelease[] = [];
  const findings: Diagnostic[] = [];
  for (const [done, place] of places.entries()) {
    session.reporter.step({ step: 'prepare', done, total: places.length, unit: 'items', note: place.label });
    const { prepared, findings: own } = await prepareRelease(place, world).catch((error: unknown) => ({
      findings: findingsOf(error),
      prepared: undefined,
    }));
    findings.push(...own);
    if (prepared === undefined) continue;
    releases.push(prepared);
    session.signal.throwIfAborted();
  }
  return { releases, findings };
}

/** One after the other; what the registry refuses of one says nothing of the others. */
async function sendAll(releases: readonly PreparedRelease[], { reporter, signal }: Session): Promise<readonly ToldRelease[]> {
  const told: ToldRelease[] = [];
  for (const [done, prepared] of releases.entries()) {
    const { release, writer } = prepared;
    reporter.step({ step: 'publish', done, total: releases.length, unit: 'items', note: release.label });
    try {
      const published = await publishRelease(release, writer);
      const one: ToldRelease = { prepared, ...published };
      told.push(one);
      reporter.data(publishedLine(one));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      told.push({ prepared, state: 'refused', tags: [], refusal });
    }
    signal.throwIfAborted();
  }
  reporter.settle();
  return told;
}

/** `next` and the line's tag are the registry's to set, and `latest` comes by promotion. */
function tagOf(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === 'next') return undefined;
  const why =
    tag === 'latest'
      ? 'is set by promotion'
      : tag.startsWith('line-')
        ? 'is set by the registry'
        : /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(tag) && !/^v?[0-9]/.test(tag)
          ? undefined
          : 'is no dist-tag: a letter first, then letters, digits, `.`, `_`, `-`';
  if (why === undefined) return tag;
  throw new Failure({
    code: 'usage',
    message: `\`${tag}\` ${why}`,
    hints: tag === 'latest' ? ['publish first, then: moby-compose component promote NAME@VERSION'] : ['as --tag beta'],
  });
}
