import type { Finding, Report } from '@moby/governor';
import { expect, test } from 'vitest';
import type { AssemblyChange, LibraryChange } from '../../src/library/library-change.ts';
import { withDependents } from '../../src/review/with-dependents.ts';

const edge = (from: string, need: string, by: string): { readonly from: string; readonly need: string; readonly by: string } => ({
  from,
  need,
  by,
});

function assembly(name: string, ...edges: readonly ReturnType<typeof edge>[]): AssemblyChange {
  const chosen = { components: new Map(), roots: [], edges, lock: Object.create(null) };
  return { name, touched: false, before: { state: 'passes', kind: 'chosen', findings: [], edges: [], chosen } };
}

const side: LibraryChange['before'] = Object.create(null);
const library: LibraryChange = {
  before: side,
  after: side,
  assemblies: [
    assembly('one', edge('', 'api:engine', 'engine'), edge('web/client', 'api:engine', 'web/engine'), edge('shim', 'api:engine', 'other')),
    assembly('two', edge('tool', 'soname:libengine.so.1/ENGINE_1', 'engine'), edge('tool', 'soname:libengine.so.1', 'engine')),
  ],
};

const sentence = (about: string): string => `it doesn’t offer ${about} any more`;

function helpFor(about: string, change: Partial<Finding> = {}): string | undefined {
  const finding: Finding = {
    rule: 'MOBY-V506',
    name: 'abi-bump',
    clause: 'offer-removed',
    severity: 'error',
    component: 'engine/1',
    path: 'components/engine/1/package.json',
    line: 1,
    column: 1,
    pointer: '',
    message: `${sentence(about)}: major, and 1.0.1 after 1.0.0 is a patch`,
    help: 'a new line',
    waivableBy: 'steward',
    ...change,
  };
  const witnesses = [{ change: 'offer-removed', requires: 'major' as const, about, sentence: sentence(about) }];
  const bump = { declared: 'patch' as const, required: 'major' as const, witnesses };
  const report: Report = { verdict: 'fail', findings: [finding], waived: [], passed: 0, unjudged: [], bump };
  return withDependents(report, 'engine', library).findings[0]?.help;
}

test('who needs what a release no longer offers is named, by assembly', () => {
  expect(helpFor('api:engine')).toBe('needed by client in one; a new line');
  expect(helpFor('libengine.so.1')).toBe('needed by tool in two; a new line');
});

test('nobody is named who needs something else, and no other rule says it', () => {
  expect(helpFor('api:engin')).toBe('a new line');
  expect(helpFor('libengine.so.10')).toBe('a new line');
  expect(helpFor('api:engine', { name: 'over-bump' })).toBe('a new line');
  expect(helpFor('api:engine', { clause: 'port-removed' })).toBe('a new line');
});
