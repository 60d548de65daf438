import { expect, test } from 'vitest';
import { checkOwn } from './check-own.ts';

/** Verdicts of the rules about declared contracts, over the components of the library; or what is said against the assembly. */
async function verdicts(text: string): Promise<readonly string[]> {
  const judged = await checkOwn(`defaults: { "program:runc": runc }\n${text}`);
  if (!judged.ok) return judged.findings.map(({ code, message }) => `${code}: ${message}`);
  const about = /^(?:netfilter|docker|cni|config|engine|cgroup)\./;
  return judged.value.verdict.edges
    .filter(({ rule }) => about.test(rule))
    .map(({ rule, verdict, root }) => `${rule} ${verdict} in ${root}`);
}

test('an engine is judged with its client, its containerd, its packet filter', async () => {
  expect(await verdicts('with: [docker-cli@~20.10]\nservices:\n  - component: docker@~28.5\n')).toEqual([
    'cgroup.mode ok in machine',
    'cgroup.mode ok in machine',
    'cgroup.mode ok in machine',
    'netfilter.backend ok in docker',
    'docker.api-window ok in machine',
    'engine.containerd-range ok in docker',
  ]);
});

test('an engine on a containerd that it is not meant for is a warning', async () => {
  const found = await verdicts('services:\n  - component: docker@~28.5\n    constraints: [containerd@~1.6]\n');
  expect(found).toContain('engine.containerd-range warn in docker');
});
