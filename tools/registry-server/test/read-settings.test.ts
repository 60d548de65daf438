import { expect, test } from 'vitest';
import { readSettings } from '../src/settings/read-settings.ts';
import { defaultSettings, parseListen } from '../src/settings/registry-settings.ts';

test('an empty configuration is the default', async () => {
  for (const text of ['', '{}', '# nothing\n'])
    expect(await readSettings('r.yaml', text)).toMatchObject({ ok: true, value: { settings: defaultSettings, storage: undefined } });
});

test('says everything that can be said', async () => {
  const text = `
listen: "[::1]:80"
storage: /srv/registry
scopes: ['@moby', '@acme']
url: https://registry.example.org
proxies: [127.0.0.1, "::1"]
users: { carol: contributor, mike: maintainer }
library: ../library
store: /srv/store
statements: required
tokenDays: 30
limits: { publishBytes: 1000000, stopMs: 1 }
`;
  const read = await readSettings('/etc/moby/r.yaml', text);
  expect(read).toMatchObject({
    ok: true,
    value: {
      storage: '/srv/registry',
      store: '/srv/store',
      settings: {
        listen: { host: '::1', port: 80 },
        scopes: ['@moby', '@acme'],
        url: 'https://registry.example.org',
        proxies: ['127.0.0.1', '::1'],
        library: '/etc/library',
        statements: 'required',
        tokenDays: 30,
        limits: { ...defaultSettings.limits, publishBytes: 1_000_000, stopMs: 1 },
      },
    },
  });
  expect(read.ok && [...read.value.settings.roles]).toEqual([
    ['carol', 'contributor'],
    ['mike', 'maintainer'],
  ]);
});

test.each([
  ['- a', 'invalid-value', 1],
  ['lisen: x', 'unknown-key', 1],
  ['listen: "70000"', 'invalid-value', 1],
  ['listen: 4873', 'invalid-value', 1],
  ['tokenDays: 7\nscopes: [moby]', 'invalid-value', 2],
  ['scopes: []', 'invalid-value', 1],
  ['url: ftp://x', 'invalid-value', 1],
  ['url: https://x/path', 'invalid-value', 1],
  ['proxies: 127.0.0.1', 'invalid-value', 1],
  ['users:\n  carol: king', 'invalid-value', 2],
  ['users:\n  "../x": bot', 'invalid-value', 2],
  ['users: [carol]', 'invalid-value', 1],
  ['library: 7', 'invalid-value', 1],
  ['store: ""', 'invalid-value', 1],
  ['statements: true', 'invalid-value', 1],
  ['tokenDays: 0', 'invalid-value', 1],
  ['tokenDays: 7d', 'invalid-value', 1],
  ['limits: { publishBytes: 1e12 }', 'invalid-value', 1],
  ['limits: { publishByte: 1 }', 'unknown-key', 1],
  ['limits: 5', 'invalid-value', 1],
  ['a: b: c', 'syntax', 1],
])('%s is an error with its place', async (text, code, line) => {
  const read = await readSettings('r.yaml', text);
  expect(read.ok).toBe(false);
  expect(read.findings.map((finding) => [finding.code, finding.place?.line])).toEqual([[code, line]]);
});

test.each([
  ['4873', { host: '127.0.0.1', port: 4873 }],
  ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
  ['localhost:80', { host: 'localhost', port: 80 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['', undefined],
  [':80', undefined],
  ['::1:80', undefined],
  ['a b:80', undefined],
  ['127.0.0.1:65536', undefined],
  ['127.0.0.1:-1', undefined],
  ['http://x:80', undefined],
])('%s as an address to listen at', (text, address) => {
  expect(parseListen(text)).toEqual(address);
});
