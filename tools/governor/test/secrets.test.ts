import { judge } from '@moby/governor';
import { describe, expect, test } from 'vitest';
import { secretPatterns } from '../src/rules/secret-patterns.ts';
import { questionOf } from './fixture.ts';

/** One of each pattern, in two pieces, so that nobody takes this file for a leak. */
const examples: Readonly<Record<string, readonly [string, string]>> = {
  'a private key': ['-----BEGIN RSA PRIV', 'ATE KEY-----'],
  'a private key of PuTTY': ['PuTTY-User-', 'Key-File-3: ssh-ed25519'],
  'a private key of age': ['AGE-SECRET-', `KEY-1${'Q'.repeat(58)}`],
  'an access key of AWS': ['AK', 'IAQWERTYUIOPASDFGH'],
  'a storage key of Azure': ['Account', `Key=${'a'.repeat(86)}==`],
  'an API key of Google': ['AI', `za${'0'.repeat(35)}`],
  'a token of GitHub': ['gho', `_${'a'.repeat(36)}`],
  'a personal token of GitHub': ['github', `_pat_${'a'.repeat(82)}`],
  'a token of GitLab': ['glp', `at-${'a'.repeat(20)}`],
  'a token of npm': ['npm', `_${'a'.repeat(36)}`],
  'a token in a configuration of npm': ['//registry.example.org/:_auth', `Token=${'a'.repeat(36)}`],
  'a token of PyPI': ['pypi-', `AgEIcHlwaS5vcmc${'a'.repeat(60)}`],
  "a token of Docker's hub": ['dckr', `_pat_${'a'.repeat(27)}`],
  'a token of Slack': ['xoxb', '-1234567890-abcdefghij'],
  'a key of SendGrid': ['SG', `.${'a'.repeat(22)}.${'b'.repeat(43)}`],
  'a live key of Stripe': ['rk_', `live_${'a'.repeat(24)}`],
};
const patterns = Object.values(secretPatterns).flat();

test('every form has an example', () => {
  expect(Object.keys(examples).sort()).toEqual(patterns.map(({ what }) => what).sort());
});

describe.each(patterns)('$what', ({ what, pattern }) => {
  const secret = (examples[what] ?? []).join('');

  test('is found where it stands, and never shown', async () => {
    const { findings } = await judge(await questionOf({ files: { 'README.md': `# tini\n\nkey: ${secret}\n` } }));
    expect(findings).toMatchObject([{ name: 'secrets', path: 'README.md', line: 3, message: `\`README.md\` has what looks like ${what}` }]);
    expect(JSON.stringify(findings)).not.toContain(secret.slice(-8));
  });

  test('is looked for in time that grows with the text: every repetition has an end', () => {
    expect(pattern.source.replaceAll(/\\.|\[[^\]]*\]/g, 'x')).not.toMatch(/[*+]|\{\d+,\}/);
    expect(pattern.flags).toBe('');
  });
});
