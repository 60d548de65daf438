import { nearest, parseRange, parseVersion, readJson, validateDocument } from '@moby/model';
import type { Diagnostic, Document, DocumentLimits, Judged, Universe, UniverseVersion } from '@moby/model';

export const universeLimits: DocumentLimits = { maxBytes: 32 * 1024 * 1024, maxDepth: 8 };

/** Findings of one kind that are shown. */
const maxFindings = 50;

export interface UniverseText {
  /** Its name in findings. */
  readonly file: string;
  readonly text: string;
}

export interface PlacedUniverse {
  readonly universe: Universe;
  readonly document: Document;
}

/**
 * A universe as JSON text → the universe with its document, or what is wrong and where: as
 * `schemas/universe.v1.schema.json` says, and every version and range is one.
 */
export async function parseUniverse(source: UniverseText): Promise<Judged<PlacedUniverse>> {
  const read = await readJson({ ...source, limits: universeLimits });
  if (!read.ok) return read;
  const document = read.value;
  const findings = await validateDocument(document, 'universe');
  if (findings.length > 0 || !isUniverse(document.value, findings)) return { ok: false, findings };
  const universe = document.value;
  const judged = judgeTexts(universe, document);
  if (judged.some(({ severity }) => severity === 'error')) return { ok: false, findings: judged };
  return { ok: true, value: { universe, document }, findings: judged };
}

/** What the schema accepts is a universe; the texts in it are judged afterwards. */
function isUniverse(value: unknown, findings: readonly Diagnostic[]): value is Universe {
  return findings.length === 0 && typeof value === 'object' && value !== null;
}

function judgeTexts(universe: Universe, document: Document): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const report = (
    path: readonly string[],
    finding: Omit<Diagnostic, 'place' | 'severity'>,
    severity: Diagnostic['severity'] = 'error',
  ): void => {
    if (findings.length < maxFindings)
      findings.push({ severity, ...finding, place: document.placeOf(path, { key: severity === 'warning' }) });
  };
  const known = new Set<string>();
  const ranges = (all: Readonly<Record<string, string>> | undefined, path: readonly string[]): void => {
    for (const [need, text] of Object.entries(all ?? {})) {
      if (known.has(text)) continue;
      if (parseRange(text) === undefined)
        report([...path, need], { code: 'invalid-range', message: `\`${text}\` is not a range, as npm's semver reads it` });
      else known.add(text);
    }
  };
  for (const [name, versions] of Object.entries(universe.packages)) {
    for (const [version, item] of Object.entries(versions)) {
      const path = ['packages', name, version];
      if (parseVersion(version) === undefined) report(path, { code: 'invalid-version', message: `\`${version}\` is not a semver version` });
      for (const key of ['requires', 'recommends', 'conflicts'] as const) ranges(item[key], [...path, key]);
      judgeProvided(item, (capability, text) =>
        report([...path, 'provides', capability], {
          code: 'invalid-range',
          message: `\`${text}\` is neither a version nor a range of versions`,
        }),
      );
      for (const need of idlePlaces(item)) {
        const meant = nearest(need, needsOf(item));
        const note = meant === undefined ? {} : { note: `did you mean \`${meant}\`?` };
        report(
          [...path, 'in', need],
          { code: 'unknown-need', message: `\`${need}\` is neither required nor recommended here`, ...note },
          'warning',
        );
      }
    }
  }
  const { root } = universe;
  for (const key of ['requires', 'conflicts', 'overrides'] as const) ranges(root[key], ['root', key]);
  for (const key of ['scopes', 'constraints'] as const) {
    for (const [scope, all] of Object.entries(root[key] ?? {})) ranges(all, ['root', key, scope]);
  }
  for (const [key, version] of Object.entries(root.locked ?? {})) {
    if (parseVersion(version) === undefined)
      report(['root', 'locked', key], { code: 'invalid-version', message: `\`${version}\` is not a semver version` });
  }
  return findings;
}

function judgeProvided(item: UniverseVersion, report: (capability: string, text: string) => void): void {
  for (const [capability, text] of Object.entries(item.provides ?? {})) {
    if (parseVersion(text) === undefined && parseRange(text) === undefined) report(capability, text);
  }
}

function idlePlaces(item: UniverseVersion): readonly string[] {
  const needs = needsOf(item);
  return Object.keys(item.in ?? {}).filter((need) => !needs.includes(need));
}

function needsOf(item: UniverseVersion): readonly string[] {
  return Object.keys({ ...item.requires, ...item.recommends });
}
