import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { IndexDocument, IndexEntry } from '../src/index.ts';

const { search } = await import(pathToFileURL(join(import.meta.dirname, '../page/search.js')).href);

const index: IndexDocument = {
  page: 1,
  registry: 'scratch',
  folders: ['/usr/bin', '/usr/lib'],
  components: [
    entry('openssl', { kind: 'library', category: 'library', offers: ['soname:libssl.so.3'], files: [[1, 'libcrypto.so.3/libssl.so.3']] }),
    entry('redis', { description: 'Keeps data in memory', files: [[0, 'redis-cli/redis-server']] }),
    entry('redis-tools', {}),
    entry('runc', { kind: 'runtime', category: 'runtime', offers: ['runtime:oci'], files: [[0, 'runc']] }),
  ],
};

function entry(name: string, rest: Partial<IndexEntry>): IndexEntry {
  return {
    name,
    description: `the ${name}`,
    kind: 'service',
    category: 'database',
    lines: ['1'],
    version: '1.0.0+r1',
    offers: [],
    files: [],
    ...rest,
  };
}

function names(text: string, category?: string): readonly string[] {
  return search(index, { text, category }).map((found: { readonly entry: IndexEntry }) => found.entry.name);
}

test('a whole name comes before names that begin with it', () => {
  expect(names('redis')).toEqual(['redis', 'redis-tools']);
});

test('a capability is found with its namespace and without, whole or in part', () => {
  for (const text of ['soname:libssl.so.3', 'libssl.so.3', 'soname:libssl', 'SONAME:libssl.so.3'])
    expect(names(text), text).toEqual(['openssl']);
  expect(names('runtime:oci')).toEqual(['runc']);
});

test('a file is found by its path and by the last part of it, and the result says which', () => {
  expect(names('/usr/bin/redis-server')).toEqual(['redis']);
  expect(names('redis-server')).toEqual(['redis']);
  expect(search(index, { text: 'redis-server' })[0].match).toBe('has /usr/bin/redis-server');
});

test('words of a description are found in any order', () => {
  expect(names('memory data')).toEqual(['redis']);
});

test('an empty text gives everything, what is started before what is loaded; a category only its own', () => {
  expect(names('')).toEqual(['redis', 'redis-tools', 'runc', 'openssl']);
  expect(names('', 'runtime')).toEqual(['runc']);
  expect(names('redis', 'runtime')).toEqual([]);
});

test('what nobody has is not found', () => {
  expect(names('nginx')).toEqual([]);
});
