import type { ChangeFixture, Files, PullRequest } from '../pull-request.ts';

const ordinary: PullRequest = { head: { 'components/tini/README.md': '# tini\n\nAnother word.\n' } };
const signedOff = 'Signed-off-by: Ann <ann@example.com>';

/** A component as far as the rule looks into it. */
const component = (name: string, says: object): Files => ({
  [`components/${name}/1/package.json`]: JSON.stringify({ name: `@moby/${name}`, component: says }),
});
const readme = (name: string): Files => ({ [`components/${name}/README.md`]: `# ${name}\n` });
/** tini needs shell, which needs whoever offers `terminal:any`; desk needs tini. */
const around: Files = {
  ...component('shell', { requires: { 'terminal:any': '*' } }),
  ...component('console', { provides: { 'terminal:any': '1' } }),
  ...component('desk', { requires: { tini: '*' } }),
  ...component('far', {}),
};
const needing: PullRequest = {
  ...ordinary,
  base: { ...around, 'components/tini/0.20/package.json': JSON.stringify({ component: { requires: { shell: '*' } } }) },
};

const waived = (version: string): PullRequest => ({
  base: {
    'docs/governance/policy.yaml': `scopes: ['@moby']\nwaivers:\n  - rule: MOBY-M211\n    package: '@moby/tini'\n    version: ${version}\n    by: owner\n    reason: the homepage moves\n`,
  },
  head: { 'components/tini/README.md': '# tini\n\nAnother word.\n' },
});

export const stage9: Readonly<Record<string, ChangeFixture>> = {
  dco: {
    fail: {
      missing: { ...ordinary, messages: ['one\n', `two\n\n${signedOff}\n`, 'three\n'] },
      'other-person': { ...ordinary, messages: ['one\n\nSigned-off-by: Ann <ann@example.org>\n'] },
      'unknown-commits': { ...ordinary, shallow: true },
    },
    pass: [
      ordinary,
      {
        ...ordinary,
        messages: [`one\n\n${signedOff}\n`, 'two\n\nSigned-off-by: Bob <bob@example.com>\nsigned-off-by:  ann <Ann@Example.com>\n'],
      },
      // A merge is nobody's work.
      { ...ordinary, target: { 'docs/words.md': 'other\n' }, merges: true },
    ],
  },
  'stale-base': {
    fail: {
      meets: { ...needing, later: readme('console') },
      'unknown-target': { ...ordinary, facts: (known) => ({ ...known, target: '1'.repeat(40) }) },
    },
    pass: [ordinary, { ...needing, later: readme('far') }, { ...needing, later: { 'docs/words.md': 'other\n' } }],
  },
  'waiver-state': { fail: { idle: waived('0.19.0') }, pass: [waived('0.19.1')] },
};
