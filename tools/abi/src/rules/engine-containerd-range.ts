import { satisfies } from '@moby/model';
import type { Edge } from '../edge.ts';
import { besides, contractEnd, type ContractEnd, type ContractSubject, nameOfEnd } from './contract-end.ts';
import type { Rule } from './rule.ts';

export const engineContainerdRange: Rule<ContractSubject> = {
  id: 'engine.containerd-range',
  title: 'the engine runs on a containerd that its project means it for',
  why:
    'Since its version 25 the engine names the containerds that it is meant for: from 1.6.22, without 1.7.0 to 1.7.2. Others run, as long as nobody comes to what was mended in between. ' +
    'A requirement can’t say that, as packages’ dependencies have minimums alone; a recommendation can, and resolving takes what is recommended where it can.',
  levels: {
    ok: 'the containerd is one of those that the engine’s manifest recommends',
    warn: 'it is not: all nine pairs that were tried run, and none of them is promised to',
  },
  references: ['moby project/PACKAGERS.md, build dependencies, since 25.0'],
  examples: {
    fails: 'docker 28.5.2 on containerd 1.6.20, and docker 26.1.5 on 1.7.1',
    passes: 'docker 26.1.5 on containerd 1.7.24, and docker 28.5.2 on 2.1.9',
  },
  check: ({ ends }) =>
    ends.flatMap((engine) =>
      engine.recommends['containerd'] === undefined
        ? []
        : besides(ends, engine).flatMap((other) => (other.component === 'containerd' ? [judge(engine, other)] : [])),
    ),
};

function judge(engine: ContractEnd, containerd: ContractEnd): Edge {
  const range = engine.recommends['containerd'];
  const fits = range !== undefined && satisfies(containerd.version, range);
  return {
    rule: 'engine.containerd-range',
    verdict: fits ? 'ok' : 'warn',
    evidence: 'declared',
    root: engine.root,
    from: contractEnd(engine, 'recommends containerd'),
    need: `containerd ${range}`,
    by: contractEnd(containerd, 'version'),
    offer: `containerd ${containerd.version}`,
    sentence: fits
      ? `${nameOfEnd(engine)} is meant for ${nameOfEnd(containerd)}`
      : `${nameOfEnd(engine)} is meant for containerd ${range}, and not for ${containerd.version}`,
  };
}
