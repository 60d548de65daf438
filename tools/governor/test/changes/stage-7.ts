import { defaultPolicy, type Policy } from '@moby/governor';
import type { ChangeFixture, Files } from '../pull-request.ts';

const policy: Policy = {
  ...defaultPolicy,
  changeLimits: { paths: 10_000, components: 20, blobBytes: 100 * 1024 ** 2, addedBytes: 200 * 1024 ** 2 },
};

/** So many files of a line beside its own. */
const many = (count: number): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`components/tini/0.19/files/${index}`, '']));

export const stage7: Readonly<Record<string, ChangeFixture>> = {
  bomb: {
    fail: { line: { policy, head: many(2000) } },
    pass: [{ head: { 'components/tini/README.md': '# tini\n\nAnother word.\n' } }],
  },
};
