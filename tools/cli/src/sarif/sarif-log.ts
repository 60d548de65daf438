import { createHash } from 'node:crypto';
import { rules as checkRules } from '@moby/abi';
import { escapeText } from '../reporter/line.ts';

/** One finding, in our words. */
export interface SarifFinding {
  /** A rule of the check, as `elf.version`, or the code of a message. */
  readonly rule: string;
  readonly level: SarifLevel;
  readonly message: string;
  /** Relative to `base`, with forward slashes. */
  readonly file?: string;
  readonly region?: { readonly line: number; readonly column: number; readonly length: number };
  readonly base: 'SRCROOT' | 'ROOTFS';
  /** `redis/redis:/usr/bin/redis-cli`: where in the assembly, without a version. */
  readonly subject?: string;
  /** What makes it this finding and no other, whatever the versions: never shown. */
  readonly identity: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
}

/** SARIF 2.1.0, section 3.27.10. */
export type SarifLevel = 'error' | 'warning' | 'note';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const fingerprintName = 'mobyFinding/v1';
const fingerprintDigits = 32;

const bases = {
  SRCROOT: { description: { text: 'the folder that holds components/ and assemblies/' } },
  ROOTFS: { description: { text: 'the unpacked root that was judged' } },
} as const;

/** A SARIF 2.1.0 log of one run: all rules of the check, and the findings in their order. No clock, no path of this machine. */
export function sarifLog(findings: readonly SarifFinding[]): object {
  const codes = [...new Set(findings.map(({ rule }) => rule))].filter((rule) => !checkRules.some(({ id }) => id === rule)).sort();
  const rules = [...[...checkRules].sort((a, b) => (a.id < b.id ? -1 : 1)).map(ruleOf), ...codes.map(messageOf)];
  const used = [...new Set(findings.map(({ base }) => base))].sort();
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'moby-compose', rules } },
        columnKind: 'utf16CodeUnits',
        ...(used.length === 0 ? {} : { originalUriBaseIds: Object.fromEntries(used.map((base) => [base, bases[base]])) }),
        results: findings.map((finding) =>
          resultOf(
            finding,
            rules.findIndex(({ id }) => id === finding.rule),
          ),
        ),
      },
    ],
  };
}

interface SarifRule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: SarifText;
  readonly fullDescription?: SarifText;
  /** The page itself, as text: the library is on no public address, and `helpUri` would have to be absolute (section 3.49.12). */
  readonly help: SarifText;
}

interface SarifText {
  readonly text: string;
  readonly markdown?: string;
}

function ruleOf({ id, title, why, levels, examples, references }: (typeof checkRules)[number]): SarifRule {
  const verdicts = Object.entries(levels).map(([level, when]) => `- ${level}: ${when}`);
  const pages = `docs/reference/rules/${id}.md`;
  const paragraphs = [
    why,
    verdicts.join('\n'),
    `Fails: ${examples.fails}. Passes: ${examples.passes}.`,
    `Follows ${references.join('; ')}. The rule’s page is ${pages}.`,
  ];
  return {
    id,
    name: nameOf(id),
    shortDescription: { text: plain(title) },
    fullDescription: { text: plain(why) },
    help: { text: plain(paragraphs.join('\n\n')), markdown: paragraphs.join('\n\n') },
  };
}

function messageOf(code: string): SarifRule {
  const help = `The message ${code} stands in docs/reference/messages.md, with a bad and a good example.`;
  return { id: code, name: nameOf(code), shortDescription: { text: code.replaceAll('-', ' ') }, help: { text: help, markdown: help } };
}

/** `elf.version` → `ElfVersion`. */
function nameOf(id: string): string {
  return id
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function resultOf(finding: SarifFinding, ruleIndex: number): object {
  const { rule, level, message, identity, properties } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: plain(message) },
    locations: [locationOf(finding)],
    partialFingerprints: {
      [fingerprintName]: createHash('sha256')
        .update(JSON.stringify([rule, ...identity]))
        .digest('hex')
        .slice(0, fingerprintDigits),
    },
    ...(properties === undefined ? {} : { properties }),
  };
}

function locationOf({ file, base, region, subject }: SarifFinding): object {
  return {
    ...(file === undefined
      ? {}
      : {
          physicalLocation: {
            artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: base },
            ...(region === undefined
              ? {}
              : { region: { startLine: region.line, startColumn: region.column, endColumn: region.column + region.length } }),
          },
        }),
    ...(subject === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: escapeText(subject), kind: 'resource' }] }),
  };
}

/** Sections 3.11.5 and 3.11.6: braces are placeholders and brackets links, unless they are escaped. */
function plain(text: string): string {
  return text
    .split('\n')
    .map(escapeText)
    .join('\n')
    .replace(/[\\[\]]/g, (character) => `\\${character}`)
    .replace(/[{}]/g, (character) => character + character);
}
