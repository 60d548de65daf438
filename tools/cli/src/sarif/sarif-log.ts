import { rules as checkRules } from '@moby/abi';
import { sarifLog as logOfRun, type SarifResult, type SarifRule } from '@moby/model/sarif';
import { escapeText } from '../reporter/line.ts';

/** One finding; its rule is one of the check, as `elf.version`, or the code of a message. */
export interface SarifFinding extends SarifResult {
  readonly base: keyof typeof bases;
}

const bases = {
  SRCROOT: 'the folder that holds components/ and assemblies/',
  ROOTFS: 'the unpacked root that was judged',
} as const;

/** A SARIF 2.1.0 log of one run: all rules of the check, and the findings in their order. */
export function sarifLog(findings: readonly SarifFinding[]): object {
  const codes = [...new Set(findings.map(({ rule }) => rule))].filter((rule) => !checkRules.some(({ id }) => id === rule)).sort();
  const rules = [...[...checkRules].sort((a, b) => (a.id < b.id ? -1 : 1)).map(ruleOf), ...codes.map(messageOf)];
  return logOfRun({ rules, bases, results: findings.map(escaped) });
}

function escaped({ message, subject, ...finding }: SarifFinding): SarifFinding {
  const lines = message.split('\n').map(escapeText).join('\n');
  return { ...finding, message: lines, ...(subject === undefined ? {} : { subject: escapeText(subject) }) };
}

/** The page itself, as text: the library is on no public address, and `helpUri` would have to be absolute. */
function ruleOf({ id, title, why, levels, examples, references }: (typeof checkRules)[number]): SarifRule {
  const verdicts = Object.entries(levels).map(([level, when]) => `- ${level}: ${when}`);
  const pages = `docs/reference/rules/${id}.md`;
  const paragraphs = [
    why,
    verdicts.join('\n'),
    `Fails: ${examples.fails}. Passes: ${examples.passes}.`,
    `Follows ${references.join('; ')}. The rule’s page is ${pages}.`,
  ];
  return { id, title, why, help: paragraphs.join('\n\n') };
}

function messageOf(code: string): SarifRule {
  const help = `The message ${code} stands in docs/reference/messages.md, with a bad and a good example.`;
  return { id: code, title: code.replaceAll('-', ' '), help };
}
