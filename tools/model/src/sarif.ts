import { createHash } from 'node:crypto';

/** One result, in our words. Its texts are fit to be shown: who contributed them was escaped before. */
export interface SarifResult {
  /** The id of a rule of the log. */
  readonly rule: string;
  readonly level: SarifLevel;
  readonly message: string;
  /** Relative to `base`, with forward slashes. */
  readonly file?: string;
  readonly region?: { readonly line: number; readonly column: number; readonly length?: number };
  readonly base: string;
  /** `redis/redis:/usr/bin/redis-cli`: where in the assembly, without a version. */
  readonly subject?: string;
  /** What makes it this result and no other, whatever the versions: never shown. */
  readonly identity: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
  /** Why somebody who may has let it pass. */
  readonly suppressed?: string;
}

/** SARIF 2.1.0, section 3.27.10. */
export type SarifLevel = 'error' | 'warning' | 'note';

export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly why?: string;
  /** Markdown. */
  readonly help: string;
  /** Absolute (section 3.49.12). */
  readonly helpUri?: string;
}

export interface SarifRun {
  readonly rules: readonly SarifRule[];
  /** What each `base` of a result is. */
  readonly bases: Readonly<Record<string, string>>;
  readonly results: readonly SarifResult[];
  /** How the run ended, where that is more than its results. */
  readonly ending?: { readonly exitCode: number; readonly isWhole: boolean; readonly notes: readonly SarifNote[] };
}

/** About the run itself. */
export interface SarifNote {
  readonly level: SarifLevel;
  readonly message: string;
}

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const fingerprintName = 'mobyFinding/v1';
const fingerprintDigits = 32;

/** A SARIF 2.1.0 log of one run: its rules, and the results in their order. No clock, no path of this machine. */
export function sarifLog({ rules, bases, results, ending }: SarifRun): object {
  const used = [...new Set(results.map(({ base }) => base))].sort();
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const described = used.map((base) => [base, { description: { text: bases[base] ?? base } }] as const);
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'moby-compose', rules: rules.map(ruleOf) } },
        ...(ending === undefined ? {} : { invocations: [invocationOf(ending)] }),
        columnKind: 'utf16CodeUnits',
        ...(used.length === 0 ? {} : { originalUriBaseIds: Object.fromEntries(described) }),
        results: results.map((result) => resultOf(result, indexes.get(result.rule) ?? -1)),
      },
    ],
  };
}

/** `redis 8.0.6+r1 doesn't fit glibc 2.41.0+r1` is the same result after an update. */
export function withoutVersions(message: string): string {
  return message.replaceAll(/\b[0-9]+(?:\.[0-9]+)+(?:[-+][0-9a-z.]+)?/g, '');
}

function ruleOf({ id, title, why, help, helpUri }: SarifRule): object {
  return {
    id,
    name: nameOf(id),
    shortDescription: { text: plain(title) },
    ...(why === undefined ? {} : { fullDescription: { text: plain(why) } }),
    ...(helpUri === undefined ? {} : { helpUri }),
    help: { text: plain(help), markdown: help },
  };
}

/** `elf.version` → `ElfVersion`. */
function nameOf(id: string): string {
  return id
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function invocationOf({ exitCode, isWhole, notes }: NonNullable<SarifRun['ending']>): object {
  return {
    executionSuccessful: isWhole,
    exitCode,
    ...(notes.length === 0
      ? {}
      : { toolExecutionNotifications: notes.map(({ level, message }) => ({ level, message: { text: plain(message) } })) }),
  };
}

function resultOf(result: SarifResult, ruleIndex: number): object {
  const { rule, level, message, identity, properties, suppressed } = result;
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: plain(message) },
    locations: [locationOf(result)],
    partialFingerprints: {
      [fingerprintName]: createHash('sha256')
        .update(JSON.stringify([rule, ...identity]))
        .digest('hex')
        .slice(0, fingerprintDigits),
    },
    ...(suppressed === undefined ? {} : { suppressions: [{ kind: 'external', status: 'accepted', justification: suppressed }] }),
    ...(properties === undefined ? {} : { properties }),
  };
}

function locationOf({ file, base, region, subject }: SarifResult): object {
  return {
    ...(file === undefined
      ? {}
      : {
          physicalLocation: {
            artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: base },
            ...(region === undefined ? {} : { region: regionOf(region) }),
          },
        }),
    ...(subject === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: subject, kind: 'resource' }] }),
  };
}

function regionOf({ line, column, length }: NonNullable<SarifResult['region']>): object {
  return { startLine: line, startColumn: column, ...(length === undefined ? {} : { endColumn: column + length }) };
}

/** Sections 3.11.5 and 3.11.6: braces are placeholders and brackets links, unless they are escaped. */
function plain(text: string): string {
  return text.replace(/[\\[\]]/g, (character) => `\\${character}`).replace(/[{}]/g, (character) => character + character);
}
