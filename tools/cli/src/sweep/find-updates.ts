import { join } from 'node:path';
import {
  findPins,
  leftLineOnUpdate,
  openPinFinder,
  readComponentFolder,
  type Archive,
  type ComponentFolder,
  type PinChange,
} from '@moby/composer';
import type { DebianSuite } from '@moby/content';
import {
  debianArchitecture,
  Failure,
  platforms,
  type DebSource,
  type Diagnostic,
  type Platform,
  type Progress,
  type Version,
} from '@moby/model';

/** What the archive says of a line now. */
export type LineNews = CurrentLine | NewerLine | StuckLine;

export interface CurrentLine {
  readonly kind: 'current';
  /** `name/line`. */
  readonly component: string;
  /** It has packages, so the archive was asked. */
  readonly isAsked: boolean;
}

export interface NewerLine {
  readonly kind: 'newer';
  readonly component: string;
  readonly version: Version;
  readonly pins: readonly PinChange[];
  /** Pins that no index of their suite has any more, as `redis-tools 5:8.0.2-3`. */
  readonly vanished: readonly string[];
}

/** Nobody but a person gets on with it. */
export interface StuckLine {
  readonly kind: 'stuck';
  readonly component: string;
  readonly finding: Diagnostic;
}

export interface Finding {
  /** The library's folder. */
  readonly folder: string;
  readonly lines: readonly string[];
  readonly openSuite: Archive['openSuite'];
  readonly warn: (finding: Diagnostic) => void;
  readonly progress: Progress;
}

/** Looks up every pin of each line; one that can't be looked up is told, and the others go on. An index is read once. */
export async function findUpdates({ folder, lines, openSuite, warn, progress }: Finding): Promise<readonly LineNews[]> {
  const suites = new Map<string, Promise<DebianSuite>>();
  const open: Archive['openSuite'] = (which) => {
    const key = `${which.suite} ${which.architecture}`;
    const opened = suites.get(key) ?? openSuite(which);
    suites.set(key, opened);
    return opened;
  };
  const finder = openPinFinder({ open, warn });
  const news: LineNews[] = [];
  for (const [done, component] of lines.entries()) {
    progress.step({ step: 'update', done, total: lines.length, unit: 'items', note: component });
    try {
      const line = await readComponentFolder(join(folder, 'components', component));
      news.push(await newsOf(line, { finder, open }));
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'interrupted') throw error;
      news.push({ kind: 'stuck', component, finding: findingOf(component, error) });
    }
  }
  return news;
}

async function newsOf(
  line: ComponentFolder,
  { finder, open }: { readonly finder: ReturnType<typeof openPinFinder>; readonly open: Archive['openSuite'] },
): Promise<LineNews> {
  const { id: component, manifest } = line;
  const found = await findPins(line, finder);
  if (found.kind === 'left-line')
    return { kind: 'stuck', component, finding: { severity: 'error', code: 'left-line', ...leftLineOnUpdate(found.left) } };
  const vanished = await vanishedPins(line, open);
  if (found.kind === 'pins' && found.changes.length > 0)
    return { kind: 'newer', component, version: manifest.version, pins: found.changes, vanished };
  if (vanished.length === 0) return { kind: 'current', component, isAsked: found.kind === 'pins' };
  return {
    kind: 'stuck',
    component,
    finding: {
      severity: 'error',
      code: 'source-vanished',
      message: `the archive has dropped ${vanished.join(', ')}, which \`${component}\` pins, and has nothing newer in its place`,
      hints: ['npx moby-compose doctor', 'name another mirror: --debian-mirror'],
    },
  };
}

/** By the signed indexes: an archive drops from its pool what they do not name any more. */
async function vanishedPins({ manifest }: ComponentFolder, open: Archive['openSuite']): Promise<readonly string[]> {
  const vanished = new Set<string>();
  for (const platform of platforms)
    for (const source of manifest.payload.platforms[platform]?.sources ?? [])
      if (source.kind === 'deb' && source.version !== '' && !(await isListed(source, platform, open)))
        vanished.add(`${source.package} ${source.version}`);
  return [...vanished];
}

async function isListed(source: DebSource, platform: Platform, open: Archive['openSuite']): Promise<boolean> {
  const suite = await open({ suite: source.suite, architecture: debianArchitecture(platform) });
  return suite.findVersions(source.package).some(({ version }) => version === source.version);
}

/** A failure as a finding about a component. */
export function findingOf(component: string, { code, message, hints, findings }: Failure): Diagnostic {
  return {
    severity: 'error',
    code,
    message: `\`${component}\` can't be updated: ${message}`,
    ...(findings.length === 0 ? {} : { details: findings.slice(0, 5).map((finding) => finding.message) }),
    hints,
  };
}
