import type { GoService } from '@moby/model';
import type { Edge } from '../edge.ts';
import { endOf } from '../end-of.ts';
import type { ShimCase } from '../shim-case.ts';
import type { Rule } from './rule.ts';

export const rpcService: Rule<ShimCase> = {
  id: 'rpc.service',
  title: 'containerd and a shim have a task service in common, over the same transport',
  why: 'A shim serves one version of the task service; a daemon that has no client of it, or speaks it over another transport, gets "not implemented", and no container starts. That the next version is a mere renaming helps nobody.',
  levels: {
    error: 'no task service that the shim serves is one that the daemon speaks',
    unknown: 'of one of the two nobody has read the services',
  },
  references: ['containerd api/runtime/task/v2 and v3', 'containerd core/runtime/v2/bridge.go'],
  isPair: true,
  examples: {
    fails: 'the shim of containerd 2.1.9 with containerd 1.7.24, both of Debian',
    passes: 'the shim of containerd 1.7.24 with containerd 2.1.9',
  },
  check: judgeServices,
};

function judgeServices({ root, daemon, shim }: ShimCase): readonly Edge[] {
  const served = tasksOf(shim.elf.go?.services?.provides);
  const spoken = tasksOf(daemon.elf.go?.services?.consumes);
  const edge = { rule: 'rpc.service', root, from: endOf(shim, 'Go functions'), by: endOf(daemon, 'Go functions') } as const;
  if (served.length === 0 || spoken.length === 0) {
    const silent = served.length === 0 ? shim : daemon;
    const sentence = `nobody has read from ${silent.path} which task service it has`;
    return [{ ...edge, verdict: 'unknown', evidence: 'assumed', need: 'a daemon that speaks its task service', sentence }];
  }
  const fits = served.some((service) => spoken.includes(service));
  const offer = spoken.join(', ');
  const sentence = `${shim.path} serves ${served.join(', ')}; ${daemon.path} speaks ${offer}`;
  return [
    { ...edge, verdict: fits ? 'ok' : 'error', evidence: 'binary', need: `a daemon that speaks ${served.join(' or ')}`, offer, sentence },
  ];
}

/** `ttrpc containerd.task.v2.Task`. */
function tasksOf(services: readonly GoService[] | undefined): readonly string[] {
  return (services ?? [])
    .filter(({ service }) => /^containerd\.task\.v[0-9]+\.Task$/.test(service))
    .map(({ service, transport }) => `${transport} ${service}`);
}
