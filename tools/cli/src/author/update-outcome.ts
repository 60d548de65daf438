import {
  openArchive,
  openLine,
  openPayloadReader,
  openPinFinder,
  storeFolder,
  updateComponents,
  type ComponentUpdate,
} from '@moby/composer';
import { openContentStore } from '@moby/content';
import type { Diagnostic } from '@moby/model';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { dim, green, type Line } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { table } from '../reporter/table.ts';
import { findLibrary } from '../places.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';
import type { ComponentPlace } from './find-components.ts';
import { relockAssemblies } from './relock-assemblies.ts';

export interface UpdateOptions {
  readonly folders: readonly ComponentPlace[];
  /** Derives also what has no new pins. */
  readonly rederive: boolean;
  readonly flags: WorldFlags;
  readonly session: Session;
}

/** Pins to the newest packages, and the locks of the assemblies that use what has changed. */
export async function updateOutcome({ folders, rederive, flags, session }: UpdateOptions): Promise<Outcome> {
  const { reporter } = session;
  const surroundings = await surroundingsOf(flags, session);
  const store = openContentStore(storeFolder(process.env));
  const archive = openArchive({ surroundings, store, isOffline: false });
  const unlocked: Diagnostic[] = [];
  try {
    const report = await updateComponents({
      folders: folders.map(({ folder }) => folder),
      finder: openPinFinder({ open: archive.openSuite, warn: reporter.warn }),
      payloads: openPayloadReader({ store, download: archive.download, warn: reporter.warn }),
      rederive,
      progress: reporter,
      relock: async (components) =>
        relockAssemblies({
          line: await openLine(surroundings),
          library: findLibrary(process.cwd()),
          components,
          unlocked: (found) => unlocked.push(...found),
        }),
    });
    reporter.settle();
    const findings = [...report.findings, ...unlocked];
    return {
      kind: 'done',
      value: { components: report.components, relocked: report.relocked, findings },
      lines: [
        ...table(report.components.map(row)),
        ...(report.relocked.length === 0 ? [] : [[`locked again: ${report.relocked.join(', ')}`]]),
      ],
      next: findings.flatMap((finding) => [[], ...renderDiagnostic(finding)]),
      exitCode: findings.some(({ severity }) => severity === 'error') ? 1 : 0,
    };
  } finally {
    archive.close();
  }
}

function row({ component, from, to, pins, changed }: ComponentUpdate): readonly Line[] {
  const moved = pins.map(({ package: name, from: before, version }) =>
    before === '' ? `${name} ${version}` : `${name} ${before} → ${version}`,
  );
  const versions = from === to ? from : `${from} → ${to}`;
  return [[changed ? green('✔') : dim('·'), ` ${component}`], [versions], [dim(changed ? moved.join(', ') : 'as it was')]];
}
