import type { Edge } from '../edge.ts';
import { endOf } from '../end-of.ts';
import type { ShimCase } from '../shim-case.ts';
import type { Rule } from './rule.ts';

export const shimBootstrap: Rule<ShimCase> = {
  id: 'shim.bootstrap',
  title: 'containerd understands what a shim prints when it is started',
  why: 'containerd starts a shim and reads from it where to reach it: an address, a JSON document, or a protobuf message. It understands what was there when it was built; what a newer shim prints it takes for an address, and no container starts.',
  levels: {
    error: 'the shim answers in a form that the daemon was not built with',
    unknown: 'of one of the two nobody has read it: it is not made of containerd’s own packages',
  },
  references: ['containerd core/runtime/v2/binary.go, parseStartResponse', 'containerd pkg/shim/shim.go, start'],
  isPair: true,
  examples: {
    fails: 'the shim of containerd 2.1.9 with containerd 1.6.20, both of Debian',
    passes: 'the shim of containerd 1.6.20 with containerd 2.1.9',
  },
  check: judgeStart,
};

function judgeStart({ root, daemon, shim }: ShimCase): readonly Edge[] {
  const emits = shim.elf.go?.shimStart?.emits;
  const accepts = daemon.elf.go?.shimStart?.accepts;
  const edge = { rule: 'shim.bootstrap', root, from: endOf(shim, 'Go types'), by: endOf(daemon, 'Go types') } as const;
  if (emits === undefined || accepts === undefined) {
    const silent = emits === undefined ? shim : daemon;
    const sentence = `nobody has read from ${silent.path} how a shim and its daemon meet`;
    return [{ ...edge, verdict: 'unknown', evidence: 'assumed', need: `a daemon that understands ${emits ?? 'its answer'}`, sentence }];
  }
  const offer = accepts.join(', ');
  const isUnderstood = accepts.includes(emits);
  const sentence = `${shim.path} answers its start as ${emits}; ${daemon.path} understands ${offer}`;
  return [
    { ...edge, verdict: isUnderstood ? 'ok' : 'error', evidence: 'binary', need: `a daemon that understands ${emits}`, offer, sentence },
  ];
}
