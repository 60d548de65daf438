import { expect, test } from 'vitest';
import type { Diagnostic } from '@moby/model';
import { renderDiagnostic } from '../src/reporter/render-diagnostic.ts';
import { plain } from './plain.ts';

const unknownKey: Diagnostic = {
  severity: 'error',
  code: 'unknown-key',
  message: '`pubish` is not a key of a service',
  place: { file: 'assemblies/redis-os/assembly.yaml', line: 15, column: 5, length: 6, text: '    pubish: ["6379:6379"]' },
  note: 'did you mean `publish`?',
};

test('shows the line, the marked part and the note under it', () => {
  expect(plain(renderDiagnostic(unknownKey))).toBe(`error[unknown-key]: \`pubish\` is not a key of a service
  --> assemblies/redis-os/assembly.yaml:15:5
   |
15 |     pubish: ["6379:6379"]
   |     ^^^^^^ did you mean \`publish\`?
`);
});

test('widens the gutter with the line number', () => {
  const place = { file: 'a.yaml', line: 1042, column: 1, length: 3, text: 'abc' };
  expect(plain(renderDiagnostic({ severity: 'warning', code: 'x', message: 'm', place }))).toBe(`warning[x]: m
    --> a.yaml:1042:1
     |
1042 | abc
     | ^^^
`);
});

test('indents the further lines of a message and of a hint', () => {
  expect(plain(renderDiagnostic({ severity: 'error', code: 'x', message: 'one\ntwo', hints: ['do this\nthen that'] }))).toBe(`error[x]: one
  two
  hint: do this
        then that
`);
});

test('a note without a place stands on a line of its own', () => {
  expect(plain(renderDiagnostic({ severity: 'error', code: 'x', message: 'm', note: 'n' }))).toBe('error[x]: m\n  n\n');
});

test('keeps the carets under the marked part behind tabs, wide and control characters', () => {
  const text = '\t名前: \u001b[31mredd';
  const place = { file: 'a.yaml', line: 1, column: text.indexOf('redd') + 1, length: 4, text };
  const lines = plain(renderDiagnostic({ severity: 'error', code: 'x', message: 'm', place })).split('\n');
  expect(lines[3]).toBe('1 |  名前: \ufffd[31mredd');
  expect(lines[4]).toBe('  |             ^^^^');
});

test('shows only the part of a long line that matters', () => {
  const text = `${'a'.repeat(500)}NEEDLE${'b'.repeat(500)}`;
  const place = { file: 'a.json', line: 1, column: 501, length: 6, text };
  const lines = plain(renderDiagnostic({ severity: 'error', code: 'x', message: 'm', place })).split('\n');
  expect(lines[3]?.length).toBeLessThan(180);
  expect(lines[3]?.slice(lines[4]?.indexOf('^'), (lines[4]?.lastIndexOf('^') ?? 0) + 1)).toBe('NEEDLE');
});
