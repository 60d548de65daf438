import { sarifFindings } from '@moby/testkit';
import { expect, test } from 'vitest';
import { findingsOfDiagnostics, findingsOfRoot } from '../src/sarif/check-findings.ts';
import { sarifLog, type SarifFinding } from '../src/sarif/sarif-log.ts';

interface Log {
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly rules: readonly { readonly id: string; readonly help: { readonly text: string; readonly markdown: string } }[];
        };
      };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly message: { readonly text: string };
        readonly locations: readonly [
          { readonly physicalLocation?: { readonly artifactLocation: { readonly uri: string }; readonly region?: object } },
        ];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}

function logOf(findings: readonly SarifFinding[]): Log {
  const text = JSON.stringify(sarifLog(findings));
  expect(sarifFindings(JSON.parse(text))).toEqual([]);
  const log: Log = JSON.parse(text);
  return log;
}

const places = { library: '/lib', currentFolder: '/lib/assemblies' };
const misfit = (message: string): SarifFinding[] => [
  ...findingsOfDiagnostics([{ severity: 'error', code: 'elf-version', message }], 'web/assembly.yaml', places),
];

test('the oracle refuses what is no log, and a relative address where an absolute one belongs', () => {
  const rule = { id: 'x', helpUri: 'docs/x.md' };
  expect(sarifFindings({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x', rules: [rule] } } }] })).toEqual([
    '/runs/0/tool/driver/rules/0/helpUri: must match format "uri"',
  ]);
  expect(sarifFindings({ version: '2.1.0', runs: [{ tool: { driver: {} } }] })).not.toEqual([]);
});

test('all rules are there with what they say, also where nothing was found, and each result points at its own', () => {
  const empty = logOf([]).runs[0];
  expect(empty.results).toEqual([]);
  const { tool, results } = logOf([
    ...misfit('a doesn’t fit b'),
    { rule: 'no-solution', level: 'error', message: 'x', base: 'SRCROOT', identity: [] },
  ]).runs[0];
  expect(empty.tool.driver.rules.length).toBe(tool.driver.rules.length - 1);
  expect(results.map(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId)).toEqual([true, true]);
  const help = tool.driver.rules.find(({ id }) => id === 'elf.version')?.help;
  expect(help?.markdown.split('\n\n')).toEqual([
    expect.stringMatching(/^ld\.so looks for every needed version/),
    expect.stringMatching(/^- error: the library that is loaded doesn’t offer the version\n- warn: /),
    expect.stringMatching(/^Fails: redis-check-rdb .* Passes: /),
    expect.stringContaining('docs/reference/rules/elf.version.md'),
  ]);
  expect(help?.text).toBe(help?.markdown);
  expect(tool.driver.rules.at(-1)?.help.text).toContain('docs/reference/messages.md');
});

test('a finding stays the same one when versions move, and is another with another name', () => {
  const print = (message: string): string => JSON.stringify(logOf(misfit(message)).runs[0].results[0]?.partialFingerprints);
  expect(print('redis 8.0.6+r1 doesn’t fit glibc 2.41.0+r1')).toBe(print('redis 8.0.7+r2 doesn’t fit glibc 2.42.0+r1'));
  expect(print('redis 8.0.6+r1 doesn’t fit glibc 2.41.0+r1')).not.toBe(print('crun 8.0.6+r1 doesn’t fit glibc 2.41.0+r1'));
});

test('what others wrote is text: no placeholder, no link, no control character', () => {
  const [result] = logOf(misfit('see [here](http://x) {0} \\ \u001b[31mred\u202e')).runs[0].results;
  expect(result?.message.text).toBe(String.raw`see \[here\](http://x) {{0}} \\ \\x1b\[31mred\\u202e`);
});

test('places are relative to the library, with line and columns; odd names are encoded', () => {
  const place = { file: 'web/assembly.yaml', line: 7, column: 3, length: 4, text: '' };
  const [finding] = findingsOfDiagnostics([{ severity: 'warning', code: 'unknown-key', message: 'x', place }], 'y', places);
  const [result] = logOf(finding === undefined ? [] : [finding]).runs[0].results;
  expect(result?.locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: 'assemblies/web/assembly.yaml', uriBaseId: 'SRCROOT' },
    region: { startLine: 7, startColumn: 3, endColumn: 7 },
  });
  const odd = findingsOfRoot([
    {
      rule: 'elf.needed',
      level: 'error',
      file: '/usr/bin/a b#%',
      needs: 'libx.so.1',
      programs: [],
      message: 'x',
      evidence: 'binary',
      hints: [],
    },
  ]);
  expect(logOf(odd).runs[0].results[0]?.locations[0].physicalLocation?.artifactLocation.uri).toBe('usr/bin/a%20b%23%25');
});
