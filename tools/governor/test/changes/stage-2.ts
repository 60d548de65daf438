import type { ChangeFixture, PullRequest } from '../pull-request.ts';
import { assembly as small, machine, withAssembly } from './small-library.ts';

const assembly = (text: string): PullRequest => ({ head: { 'assemblies/one/assembly.yaml': text } });
const plain = 'name: one\nversion: 1.0.0\nservices:\n  - component: tini\n';
const decided = (path: string, text: string): PullRequest => ({ head: { [`docs/governance/${path}`]: text } });

export const stage2: Readonly<Record<string, ChangeFixture>> = {
  schema: {
    fail: {
      assembly: assembly(`${plain}flavour: vanilla\n`),
      owners: { head: { 'components/tini/OWNERS.yaml': 'lifecycle: dead\nmaintainers:\n  - name: Ann\n' } },
      policy: decided('policy.yaml', "scopes: ['@moby']\nscpoes: []\n"),
      lifecycle: decided('lifecycle.yaml', 'states: []\n'),
    },
    pass: [{ base: machine, head: await withAssembly(machine, small('with: [tini]')) }],
  },
};
