import { join } from 'node:path';
import { mirrorPayloads, openArchive, openBlobMirrors, storeFolder, type MirrorReport, type ReportedPayload } from '@moby/composer';
import { findCredentials, openContentStore, openHttp, openOciRegistry, parseOciRepository, proxySettings } from '@moby/content';
import { formatBytes, type Platform } from '@moby/model';
import { readManifest } from '@moby/registry';
import { parsePlatform } from '../assembly-line.ts';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { dim, green, type Line } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { table } from '../reporter/table.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';
import type { ComponentPlace } from './find-components.ts';

export interface MirrorFlags extends WorldFlags {
  readonly to: string;
  readonly platform?: readonly string[] | undefined;
  readonly username?: string | undefined;
  readonly 'mount-from'?: string | undefined;
}

export interface MirrorOptions {
  readonly folders: readonly ComponentPlace[];
  readonly flags: MirrorFlags;
  readonly session: Session;
}

/** Pushes the payloads of components to one repository. */
export async function mirrorOutcome({ folders, flags, session }: MirrorOptions): Promise<Outcome> {
  const { reporter, signal } = session;
  const repository = parseOciRepository(flags.to, { plainHttp: flags['plain-http'] === true });
  const platforms = (flags.platform ?? []).map(parsePlatform).filter((platform): platform is Platform => platform !== undefined);
  const found = await findCredentials({ host: repository.host, env: process.env, username: flags.username });
  const components = await Promise.all(
    folders.map(async ({ folder, label }) => ({ folder, manifest: await readManifest(folder, join(label, 'package.json')) })),
  );
  const store = openContentStore(storeFolder(process.env));
  const reach = { surroundings: await surroundingsOf(flags, session), store, isOffline: false };
  const mirrors = await openBlobMirrors({ ...reach, besides: repository.host });
  const archive = openArchive(reach);
  const http = openHttp(repository.isLocal ? {} : { proxy: proxySettings(process.env, new Map()) });
  try {
    const report = await mirrorPayloads({
      components,
      platforms,
      registry: openOciRegistry({ repository, found, http }),
      mountFrom: flags['mount-from'],
      store,
      download: archive.download,
      fromMirrors: mirrors.bring,
      progress: reporter,
      signal,
    });
    reporter.settle();
    return outcomeOf(repository.label, report);
  } finally {
    http.close();
    archive.close();
    mirrors.close();
  }
}

function outcomeOf(repository: string, { payloads, findings }: MirrorReport): Outcome {
  const sent = payloads.filter(({ state }) => state === 'pushed');
  const size = sent.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    kind: 'done',
    value: { repository, payloads, findings },
    lines: [
      ...table(payloads.map(row)),
      [
        `${payloads.length} payloads in ${repository}, ${sent.length} of them pushed now${sent.length === 0 ? '' : ` (${formatBytes(size)})`}`,
      ],
    ],
    next: findings.flatMap((finding) => [[], ...renderDiagnostic(finding)]),
    exitCode: findings.length === 0 ? 0 : 1,
  };
}

function row({ state, tag, digest, sizeBytes }: ReportedPayload): readonly Line[] {
  return [[state === 'there' ? dim('·') : green('✔'), ` ${tag}`], [state], [dim(`${formatBytes(sizeBytes)} ${digest.slice(0, 15)}…`)]];
}
