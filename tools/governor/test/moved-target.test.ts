import { review } from '@moby/governor/review';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { toReview, type Files } from './pull-request.ts';

const component = (name: string, says: object): Files => ({
  [`components/${name}/1/package.json`]: JSON.stringify({ name: `@moby/${name}`, component: says }),
});
const base: Files = {
  ...component('desk', { requires: { 'api:seat': '*' } }),
  ...component('seat', { requires: { tini: '*' }, provides: { 'api:seat': '1' } }),
  ...component('circle', { requires: { round: '*' } }),
  ...component('round', { requires: { circle: '*' } }),
  'assemblies/one/assembly.yaml': 'name: one\n',
};

test.each<[string, Files, string | undefined]>([
  ['what needs the component', { 'components/seat/README.md': 'x' }, 'components/seat'],
  ['what has come to need it', component('circle', { requires: { tini: '*' } }), 'components/circle'],
  ['the component itself', { 'components/tini/0.20/README.md': 'x' }, 'components/tini'],
  ['an assembly', { 'assemblies/one/assembly.yaml': 'name: two\n' }, 'assemblies/one/assembly.yaml'],
  ['a decision', { 'docs/governance/policy.yaml': "scopes: ['@moby', '@acme']\n" }, 'docs/governance/policy.yaml'],
  ['a circle of others', { 'components/circle/README.md': 'x' }, undefined],
  ['a page', { 'docs/words.md': 'x' }, undefined],
])('a verdict, when the target has got %s since', async (_, later, meets) => {
  const asked = toReview(scratchFolder(), { base, head: { 'components/tini/README.md': '# tini\n' }, later });
  const { findings } = await review(asked);
  const stale = findings.filter(({ name }) => name === 'stale-base').map(({ message }) => message.replace(/^[^:]*: /, ''));
  expect(stale).toEqual(meets === undefined ? [] : [`\`${meets}\``]);
});
