import { parseOciRepository } from '@moby/content';
import { expect, test } from 'vitest';

const parse = (text: string, plainHttp = false): ReturnType<typeof parseOciRepository> => parseOciRepository(text, { plainHttp });

test.each([
  ['oci://registry.example/moby/payloads', 'https://registry.example', 'registry.example', 'moby/payloads'],
  ['oci://Registry.Example:5000/a', 'https://registry.example:5000', 'registry.example:5000', 'a'],
  ['oci://localhost:5000/a/b__c-d.e', 'http://localhost:5000', 'localhost:5000', 'a/b__c-d.e'],
  ['oci://127.0.0.1:80/a', 'http://127.0.0.1', '127.0.0.1:80', 'a'],
  ['oci://[::1]:5000/a', 'http://[::1]:5000', '[::1]:5000', 'a'],
  ['oci://docker.io/moby/payloads', 'https://registry-1.docker.io', 'docker.io', 'moby/payloads'],
  ['oci://localhost.example/a', 'https://localhost.example', 'localhost.example', 'a'],
  ['oci://127.0.0.1.example/a', 'https://127.0.0.1.example', '127.0.0.1.example', 'a'],
])('%s is asked at %s', (text, origin, host, name) => {
  expect(parse(text)).toMatchObject({ origin, host, name });
});

test('plain http is spoken with another machine only where that was asked for', () => {
  expect(parse('oci://registry.example:5000/a', true).origin).toBe('http://registry.example:5000');
});

test.each([
  ['https://registry.example/a', 'is no address of a repository'],
  ['oci://registry.example', 'is no address of a repository'],
  ['oci:///a', 'is no address of a repository'],
  ['oci://ada:secret@registry.example/a', 'carries credentials'],
  ['oci://registry.example/a:tag', 'has a tag or a digest'],
  ['oci://registry.example/a@sha256:00', 'has a tag or a digest'],
  ['oci://registry.example/A', 'has a repository that no registry takes'],
  ['oci://registry.example/a/../b', 'has a repository that no registry takes'],
  ['oci://registry.example/a?x=1', 'has a repository that no registry takes'],
  ['oci://registry.example:123456/a', 'has no host'],
  ['oci://registry.example:99999/a', 'has no host'],
  ['oci://regi_stry/a', 'has no host'],
  [`oci://registry.example/${'a'.repeat(300)}`, 'has a repository of 300 characters'],
])('%s is refused', (text, why) => {
  expect(() => parse(text)).toThrow(why);
  expect(() => parse(text)).not.toThrow('secret');
});
