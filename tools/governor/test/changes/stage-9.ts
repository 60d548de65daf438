import type { ChangeFixture, PullRequest } from '../pull-request.ts';

const waived = (version: string): PullRequest => ({
  base: {
    'docs/governance/policy.yaml': `scopes: ['@moby']\nwaivers:\n  - rule: MOBY-M211\n    package: '@moby/tini'\n    version: ${version}\n    by: owner\n    reason: the homepage moves\n`,
  },
  head: { 'components/tini/README.md': '# tini\n\nAnother word.\n' },
});

export const stage9: Readonly<Record<string, ChangeFixture>> = {
  'waiver-state': { fail: { idle: waived('0.19.0') }, pass: [waived('0.19.1')] },
};
