import { describe, expect, test } from 'vitest';
import { checkOwn } from './check-own.ts';

const disk = 'volumes: [{ name: data, size: 1GB }]\nonboot:\n  - component: data-volume\n';

/** Verdicts of the rules about declared contracts, over the components of the library; or what is said against the assembly. */
async function verdicts(text: string): Promise<readonly string[]> {
  const judged = await checkOwn(`defaults: { "program:runc": runc }
${disk}${text}`);
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
    'config.version ok in docker',
    'engine.containerd-range ok in docker',
  ]);
});

test('an engine on a containerd that it is not meant for is a warning', async () => {
  const found = await verdicts('services:\n  - component: docker@~28.5\n    constraints: [containerd@~1.6]\n');
  expect(found).toContain('engine.containerd-range warn in docker');
});

const dockerd = '["/usr/bin/tini", -g, --, /usr/lib/moby/keep, /usr/lib/moby/dockerd';
const engine = (args: string): string => `services:\n  - component: docker@~28.5\n    args: ${dockerd}${args}]\n`;

test('an engine needs its proxy unless it is told to do without', async () => {
  const without = 'without: [docker-proxy]\n';
  expect(await verdicts(`${without}${engine('')}`)).toEqual(['exec-path: docker 28.5.2+r1 lacks what it needs in docker']);
  expect(await verdicts(`${without}${engine(', --userland-proxy=false')}`)).toContain('netfilter.backend ok in docker');
});

test('an engine of 28.5 does not know another packet filter', async () => {
  expect(await verdicts(engine(', --firewall-backend=nftables'))).toEqual([expect.stringMatching(/^netfilter-backend: /)]);
});

describe('a network configuration among the assembly’s files', () => {
  const conflist = '{ "cniVersion": "1.1.0", "name": "x", "plugins": [{ "type": "bridge" }, { "type": "portmap" }] }';
  const files = `files:\n  - path: /etc/cni/net.d/10-x.conflist\n    contents: '${conflist}'\n`;

  test('is judged with the machine’s plugins: those of 1.9 know it', async () => {
    expect(await verdicts(`with: [cni-plugins@~1.9]\n${files}`)).toContain('cni.version ok in machine');
  });

  test('is refused with those of 1.1, and without any', async () => {
    expect(await verdicts(`with: [cni-plugins@~1.1]\n${files}`)).toEqual(["cni-version: try 1.0.0 doesn't fit cni-plugins 1.1.1+r1"]);
    expect(await verdicts(files)).toEqual([expect.stringMatching(/^cni-version: /)]);
  });
});
