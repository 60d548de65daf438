import { relative, resolve } from 'node:path';
import { rules, type Edge } from '@moby/abi';
import type { CheckedFolder } from '@moby/composer';
import type { CheckOutline } from '@moby/composer/again';
import type { Diagnostic, Place } from '@moby/model';
import { withoutVersions, type SarifLevel } from '@moby/model/sarif';
import type { SarifFinding } from './sarif-log.ts';

/** Paths become relative to the library where they lie in it. */
export interface SarifPlaces {
  readonly library: string | undefined;
  readonly currentFolder: string;
}

const levels: Readonly<Partial<Record<Edge['verdict'], SarifLevel>>> = {
  error: 'error',
  warn: 'warning',
  silent: 'warning',
  unknown: 'warning',
  info: 'note',
};

/** What stands out of an assembly that passes: each edge that isn't `ok`, at the wish for its component. */
export function findingsOfChecked({ verdict, wishes, folders }: CheckOutline, places: SarifPlaces): readonly SarifFinding[] {
  return verdict.edges.flatMap((edge): readonly SarifFinding[] => {
    const level = levels[edge.verdict];
    if (level === undefined) return [];
    const { from, by, root } = edge;
    const scoped = root === 'machine' ? from.component : `${root}/${from.component}`;
    const wish = wishes[scoped];
    const folder = folders[`${from.component}@${from.version}`];
    const manifest = folder === undefined ? {} : { file: pathOf(`${folder}/package.json`, places) };
    const place = wish === undefined ? manifest : placeOf(wish, places);
    return [
      {
        rule: edge.rule,
        level,
        message: edge.sentence,
        base: 'SRCROOT',
        ...place,
        subject: `${scoped}${from.path === undefined ? '' : `:${from.path}`}`,
        identity: [root, from.component, from.path ?? '', edge.need],
        properties: propertiesOf({ verdict: edge.verdict, evidence: edge.evidence, from: from.payload, by: by?.payload }),
      },
    ];
  });
}

/** Why an assembly doesn't pass, at the place that the finding names. */
export function findingsOfDiagnostics(
  diagnostics: readonly Diagnostic[],
  assemblyFile: string,
  places: SarifPlaces,
): readonly SarifFinding[] {
  return diagnostics.map((diagnostic): SarifFinding => {
    const { code, severity, message, details = [], place } = diagnostic;
    return {
      rule: rules.find(({ id }) => id.replaceAll('.', '-') === code)?.id ?? code,
      level: severity,
      message: [message, ...details].join('\n'),
      base: 'SRCROOT',
      ...(place === undefined ? { file: pathOf(assemblyFile, places) } : placeOf(place, places)),
      identity: [assemblyFile, withoutVersions(message)],
    };
  });
}

/** An unpacked root's findings, at the file that lacks something. */
export function findingsOfRoot(findings: CheckedFolder['findings']): readonly SarifFinding[] {
  return findings.flatMap(({ rule, level: verdict, file, needs, message, evidence }): readonly SarifFinding[] => {
    const level = levels[verdict];
    if (level === undefined) return [];
    const properties = propertiesOf({ verdict, evidence });
    return [{ rule, level, message, base: 'ROOTFS', file: file.replace(/^\//, ''), identity: [file, needs], properties }];
  });
}

function placeOf({ file, line, column, length }: Place, places: SarifPlaces): Pick<SarifFinding, 'file' | 'region'> {
  return { file: pathOf(file, places), region: { line, column, length } };
}

function pathOf(file: string, { library, currentFolder }: SarifPlaces): string {
  const path = resolve(currentFolder, file);
  const near = relative(library ?? currentFolder, path);
  return (near.startsWith('..') ? relative(currentFolder, path) : near).replaceAll('\\', '/');
}

function propertiesOf(known: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
