import { join, relative } from 'node:path';
import {
  labelOfTested,
  openArchive,
  openBlobMirrors,
  testGuests,
  type Line as Composition,
  type PlannedGuest,
  type TestedComponent,
} from '@moby/composer';
import { openLine } from '@moby/composer/line';
import { platformFolder, type Diagnostic, type Platform } from '@moby/model';
import { segmentLevel } from '../assembly-flags.ts';
import { parsePlatform } from '../assembly-line.ts';
import { machineSettings, readyMachine, type MachineFlags } from '../machine-run.ts';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { findLibrary } from '../places.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { surroundingsOf } from '../surroundings.ts';
import { countLine, isSound, judgeMachine, type TestedMachine } from '../test-machine.ts';
import { findNamed, readTested } from './find-tested.ts';

export interface TestOptions {
  readonly named: readonly string[];
  readonly flags: MachineFlags;
  readonly session: Session;
}

/** What became of one machine. */
type Shown = { readonly guest: PlannedGuest } & ({ readonly refused: readonly Diagnostic[] } | { readonly report: TestedMachine });

/** Boots components, in as few machines as they go into, one after the other. */
export async function testOutcome({ named, flags: typed, session }: TestOptions): Promise<Outcome> {
  const platform = parsePlatform(typed.platform) ?? 'linux/amd64';
  machineSettings(typed);
  const found = await findNamed(named, typed);
  const flags: MachineFlags = { ...typed, platform, components: [...found.folders, ...(typed.components ?? [])] };
  const line = await openLine(await surroundingsOf(flags, session));
  const components = await readTested(found, line.registry);
  components.flatMap(littleShown).forEach(session.reporter.warn);
  const guests = await plan({ components, platform, line, flags, session });
  const shown: Shown[] = [];
  for (const guest of guests) shown.push(await show(guest, { flags, session, isOnly: guests.length === 1 }));
  const [only] = shown;
  if (only !== undefined && shown.length === 1 && 'refused' in only) return refusedBy(only.refused);
  return outcomeOf(shown);
}

interface PlanOptions {
  readonly components: readonly TestedComponent[];
  readonly platform: Platform;
  readonly line: Composition;
  readonly flags: MachineFlags;
  readonly session: Session;
}

async function plan({ components, platform, line, flags, session }: PlanOptions): Promise<readonly PlannedGuest[]> {
  const isOffline = flags.offline === true;
  const reach = { surroundings: await surroundingsOf(flags, session), store: line.store, isOffline };
  const mirrors = await openBlobMirrors(reach);
  const archive = openArchive(reach);
  try {
    return await testGuests({
      components,
      platform,
      registry: line.registry,
      reach: { store: line.store, download: archive.download, fromMirrors: mirrors.bring },
      folder: join(outFolder(), 'component-test'),
      check: (folder) =>
        line.check({
          assembly: join(folder, 'assembly.yaml'),
          platform,
          variation: { with: [], without: [], replace: [] },
          policy: { locked: false, offline: isOffline },
          out: undefined,
          level: segmentLevel,
        }),
    });
  } finally {
    archive.close();
    mirrors.close();
  }
}

/** Of the library where one is in it, as for assemblies. */
function outFolder(): string {
  const current = process.cwd();
  const library = findLibrary(current);
  return join(library !== undefined && `${current}/`.startsWith(`${library}/`) ? library : current, 'out');
}

interface ShowOptions {
  readonly flags: MachineFlags;
  readonly session: Session;
  readonly isOnly: boolean;
}

async function show(guest: PlannedGuest, { flags, session, isOnly }: ShowOptions): Promise<Shown> {
  const { reporter } = session;
  const heading = headingOf(guest, flags.platform ?? '');
  const refuse = (refused: readonly Diagnostic[]): Shown => {
    if (isOnly) return { guest, refused };
    reporter.say(heading);
    for (const finding of refused) for (const line of renderDiagnostic(finding)) reporter.say(line);
    return { guest, refused };
  };
  if (guest.refused !== undefined) return refuse(guest.refused);
  const folder = relative(process.cwd(), guest.folder);
  const ready = await readyMachine(
    join(folder, 'assembly.yaml'),
    { ...flags, out: join(folder, platformFolder(parsePlatform(flags.platform) ?? 'linux/amd64')) },
    session,
  );
  if (!ready.ok) return refuse(ready.findings);
  return { guest, report: await judgeMachine({ ...ready.value, session, heading }) };
}

function headingOf({ components, apart }: PlannedGuest, platform: string): Line {
  const why = apart === undefined ? [] : [dim(` · a machine of its own: ${apart}`)];
  return [bold(components.map(labelOfTested).join(', ')), ` · ${platform}`, ...why];
}

/** A service of which nothing is known but that it runs. */
function littleShown({ manifest }: TestedComponent): readonly Diagnostic[] {
  const { name, kind, service, expect = [] } = manifest;
  if (kind !== 'service' || service?.ready !== undefined || expect.length > 0) return [];
  return [
    {
      severity: 'warning',
      code: 'little-shown',
      message: `\`${name}\` has neither \`service.ready\` nor \`expect\`: it is shown that it keeps running, and not that it answers`,
      hints: ['say under `expect` what is seen of it, as `{ "tcp": 11211, "send": "version\\r\\n", "receive": "VERSION" }`'],
    },
  ];
}

function outcomeOf(shown: readonly Shown[]): Outcome {
  const reports = shown.flatMap((one) => ('report' in one ? [one.report] : []));
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => reports.reduce((total, report) => total + report[key], 0);
  const refused = shown.length - reports.length;
  const counts = { passed: sum('passed'), failed: sum('failed') + refused, skipped: sum('skipped') };
  return {
    kind: 'done',
    value: { machines: shown.map(documentOf), ...counts },
    lines: [countLine(counts)],
    exitCode: refused === 0 && reports.every(isSound) ? 0 : 1,
  };
}

function documentOf(shown: Shown): object {
  const { components, folder, apart } = shown.guest;
  return {
    components: components.map(({ manifest }) => ({ component: manifest.name, version: manifest.version })),
    assembly: join(relative(process.cwd(), folder), 'assembly.yaml'),
    ...(apart === undefined ? {} : { apart }),
    ...('refused' in shown ? { refused: shown.refused } : shown.report),
  };
}
