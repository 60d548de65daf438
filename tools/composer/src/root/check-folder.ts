import { checkRoot, readableNeed, type Edge, type RootComponent, type Verdict } from '@moby/abi';
import { Failure, type Platform } from '@moby/model';
import { lookAt } from './look-at.ts';
import { scanRoot, type ScannedRoot } from './scan-root.ts';

/** Something in an unpacked root that doesn't fit. */
export interface RootFinding {
  readonly rule: Edge['rule'];
  readonly level: Verdict;
  /** The file that lacks something, as a path in the root. */
  readonly file: string;
  /** `libm.so.6`, `sqrtf@GLIBC_2.43 from libm.so.6`, `/bin/bash`. */
  readonly needs: string;
  /** The file that should meet it and doesn't. */
  readonly by?: string;
  /** What is there instead, as `up to GLIBC_2.41`. */
  readonly offers?: string;
  /** The names behind `needs`, where it stands for several. */
  readonly symbols?: readonly string[];
  /** The programs that can't start, or not as they should, because of it. */
  readonly programs: readonly string[];
  readonly message: string;
  readonly evidence: Edge['evidence'];
  readonly hints: readonly string[];
}

export interface CheckedFolder {
  readonly platform: Platform;
  /** Programs, libraries that no program leads to, and scripts that were judged. */
  readonly checked: number;
  /** Worst first, then by file. Without `ok`. */
  readonly findings: readonly RootFinding[];
}

export interface CheckFolderOptions {
  readonly folder: string;
  /** By default the one that most of the files are for. */
  readonly platform?: Platform;
  /** The x86-64 level of the processor, 1 to 4. */
  readonly cpuLevel?: number;
}

const severity: readonly Verdict[] = ['error', 'unknown', 'silent', 'warn', 'info'];

/**
 * Judges an unpacked root, wherever it comes from: every program and library as its loader would load it, with the root's own links
 * and ld.so.cache, and the interpreter of every script. Nothing is run, and nothing outside of the folder is looked at. Throws
 * `Failure` `not-found` where it isn't a folder, `limit`, `io`.
 */
export function checkFolder(options: CheckFolderOptions): CheckedFolder {
  const { folder } = options;
  if (lookAt(folder)?.isDirectory() !== true)
    throw new Failure({ code: 'not-found', message: `there is no folder \`${folder}\``, hints: ['name the folder that holds `usr`'] });
  const scanned = scanRoot(folder, { allGo: options.cpuLevel !== undefined });
  const platform = options.platform ?? scanned.platform ?? 'linux/amd64';
  const component: RootComponent = { name: 'root', version: '', facts: scanned.facts, symbols: scanned.symbols };
  const programs = new Map<string, string[]>();
  let checked = Object.keys(scanned.facts.scripts ?? {}).length;
  const edges = checkRoot({
    root: 'root',
    platform,
    components: [component],
    programs: [],
    allScripts: true,
    tree: { ownLinks: true, loaderCache: scanned.loaderCache },
    ...(options.cpuLevel === undefined ? {} : { cpuLevel: options.cpuLevel }),
    onStart: (start, found) => {
      checked++;
      if (start.elf.interpreter === undefined) return;
      for (const key of new Set(found.filter(({ verdict }) => verdict !== 'ok').map(keyOf)))
        programs.set(key, [...(programs.get(key) ?? []), start.path]);
    },
  });
  const findings = edges.filter(({ verdict }) => verdict !== 'ok').map((edge) => findingOf(edge, programs.get(keyOf(edge)) ?? []));
  return { platform, checked, findings: [...findings, ...unreadable(scanned)].sort(bySeverity) };
}

/** Sorting keeps the order within a level: by file, rule and need. */
function bySeverity(a: RootFinding, b: RootFinding): number {
  return severity.indexOf(a.level) - severity.indexOf(b.level);
}

function keyOf({ rule, from, need }: Edge): string {
  return `${rule}\0${from.path}\0${need}`;
}

function findingOf(edge: Edge, programs: readonly string[]): RootFinding {
  return {
    rule: edge.rule,
    level: edge.verdict,
    file: edge.from.path ?? '',
    needs: readableNeed(edge),
    ...(edge.by?.path === undefined ? {} : { by: edge.by.path }),
    ...(edge.offer === undefined ? {} : { offers: edge.offer }),
    ...(edge.symbols === undefined ? {} : { symbols: edge.symbols }),
    programs,
    message: edge.sentence,
    evidence: edge.evidence,
    hints: edge.hints ?? [],
  };
}

function unreadable({ unreadable: files }: ScannedRoot): readonly RootFinding[] {
  return files.map(({ path, why }) => ({
    rule: 'facts.present',
    level: 'unknown',
    file: path,
    needs: 'facts',
    programs: [],
    message: why,
    evidence: 'assumed',
    hints: [],
  }));
}
