import { buildComponent, openArchive, openPayloadReader, storeFolder, type BuildReport } from '@moby/composer';
import { openContentStore } from '@moby/content';
import { formatBytes } from '@moby/model';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { dim, green, red, type Line } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { table } from '../reporter/table.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';
import type { ComponentPlace } from './find-components.ts';

export interface BuildOptions {
  readonly folders: readonly ComponentPlace[];
  readonly check: boolean;
  readonly flags: WorldFlags & { readonly offline: boolean };
  readonly session: Session;
}

/** One component after the other: a payload may take hundreds of megabytes of memory. */
export async function buildOutcome({ folders, check, flags, session }: BuildOptions): Promise<Outcome> {
  const { reporter } = session;
  const store = openContentStore(storeFolder(process.env));
  const archive = openArchive({ surroundings: await surroundingsOf(flags, session), store, isOffline: flags.offline });
  const payloads = openPayloadReader({ store, download: archive.download, warn: reporter.warn });
  const reports: BuildReport[] = [];
  try {
    for (const { folder, label } of folders) {
      reporter.step({ step: 'derive', done: reports.length, total: folders.length, unit: 'items', note: label });
      reports.push(await buildComponent({ folder, check, payloads }));
    }
  } finally {
    archive.close();
  }
  reporter.settle();
  const differing = reports.filter(({ findings }) => findings.some(({ severity }) => severity === 'error')).length;
  return {
    kind: 'done',
    value: {
      components: reports.map(({ component, version, payloads: built, written, findings }) => ({
        component,
        version,
        payloads: built,
        written,
        findings,
      })),
    },
    lines: table(reports.map(row)),
    next: reports.flatMap(({ findings }) => findings.flatMap((finding) => [[], ...renderDiagnostic(finding)])),
    exitCode: differing === 0 ? 0 : 1,
  };
}

function row({ component, version, payloads, written, findings }: BuildReport): readonly Line[] {
  const failed = findings.some(({ severity }) => severity === 'error');
  const sizes = payloads
    .map(({ platform, sizeBytes, digest }) => `${platform} ${formatBytes(sizeBytes)} ${digest.slice(0, 15)}…`)
    .join(', ');
  return [
    [failed ? red('✘') : green('✔'), ` ${component}`],
    [version],
    [written ? 'written' : failed ? 'differs' : 'unchanged'],
    [dim(sizes)],
  ];
}
