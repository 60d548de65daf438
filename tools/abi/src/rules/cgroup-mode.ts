import type { CgroupMode } from '@moby/model';
import type { Edge, EdgeEnd } from '../edge.ts';
import { configStates } from './kernel-config.ts';
import { type KernelEnd, kernelEnd, nameOf } from './kernel-end.ts';
import type { Rule } from './rule.ts';

export interface CgroupSubject {
  readonly kernel: KernelEnd;
  /** What the init mounts, as its manifest says; `mode` is undefined where it doesn't. */
  readonly init: { readonly component: string; readonly version: string; readonly mode: CgroupMode | undefined };
  /** OCI runtimes of the machine and of services, with the modes that they work in. */
  readonly runtimes: readonly { readonly component: string; readonly version: string; readonly modes: readonly CgroupMode[] | undefined }[];
}

export const cgroupMode: Rule<CgroupSubject> = {
  id: 'cgroup.mode',
  title: 'kernel, init and runtime agree on the version of control groups',
  why:
    'The init mounts one hierarchy of control groups or one for each controller, the kernel has to offer that, and a runtime writes its limits there. Since 6.11 the memory and cpuset controllers of version 1 have ' +
    'options of their own, which Debian leaves off: `mount -t cgroup -o memory` fails with `Invalid argument`, though /proc/cgroups calls them enabled.',
  levels: {
    ok: 'the kernel offers what the init mounts, and the runtime works in it',
    error: 'the kernel lacks a controller of the version that the init mounts, or the runtime doesn’t know that version',
    unknown: 'the kernel has no facts of its configuration, or a manifest doesn’t say the version',
  },
  references: ['Linux Documentation/admin-guide/cgroup-v1/index.rst', 'Linux init/Kconfig, MEMCG_V1 and CPUSETS_V1'],
  isPair: true,
  examples: {
    fails: 'an init that mounts version 1 on Debian’s 6.12 or 7.2',
    passes: 'version 1 on its 6.1, version 2 on all three',
  },
  check: (subject) => [judgeKernel(subject), ...subject.runtimes.map((runtime) => judgeRuntime(subject, runtime))],
};

/**
 * The option that has to be on for a mode, with the option that decides it where it exists: before 6.11 the controllers'
 * own options were enough.
 */
const wanted: Readonly<Record<CgroupMode, readonly (readonly [option: string, v1Option?: string])[]>> = {
  v2: [['CGROUPS']],
  v1: [['CGROUPS'], ['MEMCG', 'MEMCG_V1'], ['CPUSETS', 'CPUSETS_V1']],
  hybrid: [['CGROUPS'], ['MEMCG', 'MEMCG_V1'], ['CPUSETS', 'CPUSETS_V1']],
};

function judgeKernel({ kernel, init }: CgroupSubject): Edge {
  const config = kernel.facts?.config;
  const from = initEnd(init);
  const base = { rule: 'cgroup.mode', root: 'machine', from, need: `cgroup ${init.mode ?? 'of unknown version'}` } as const;
  const by = kernelEnd(kernel, 'config');
  if (init.mode === undefined)
    return { ...base, ...undeclared(`${nameOf(init)} doesn't say which version of cgroups it mounts`, 'init.cgroup'), by };
  if (config === undefined)
    return {
      ...base,
      by,
      verdict: 'unknown',
      evidence: 'assumed',
      sentence: `nobody knows how ${nameOf(kernel)} was configured, and ${nameOf(init)} mounts cgroup ${init.mode}`,
      hints: ['keep `boot/config-*` of the kernel’s package, and run `moby-compose component build`'],
    };
  const states = configStates(config);
  const missing = wanted[init.mode].flatMap(([option, v1Option]) => {
    const decisive = v1Option !== undefined && states.has(v1Option) ? v1Option : option;
    return states.get(decisive) === 'y' ? [] : [decisive];
  });
  const [first] = missing;
  if (first === undefined)
    return {
      ...base,
      by,
      verdict: 'ok',
      evidence: 'declared',
      offer: `cgroup ${init.mode}`,
      sentence: `${nameOf(kernel)} offers cgroup ${init.mode}, which ${nameOf(init)} mounts`,
    };
  const offer = missing.map((option) => (states.has(option) ? `CONFIG_${option} is not set` : `no option CONFIG_${option}`)).join(', ');
  const hints = init.mode === 'v2' ? {} : { hints: ['choose an init that mounts version 2', 'or a kernel before 6.11'] };
  return {
    ...base,
    by,
    verdict: 'error',
    evidence: 'declared',
    offer,
    sentence: `${nameOf(init)} mounts cgroup ${init.mode}, for which ${nameOf(kernel)} lacks CONFIG_${first}`,
    ...hints,
  };
}

function judgeRuntime({ init }: CgroupSubject, runtime: CgroupSubject['runtimes'][number]): Edge {
  const from: EdgeEnd = { component: runtime.component, version: runtime.version, fact: 'runtime.cgroup' };
  const base = { rule: 'cgroup.mode', root: 'machine', from, by: initEnd(init) } as const;
  const need = `cgroup ${runtime.modes?.join(' or ') ?? 'of unknown version'}`;
  if (init.mode === undefined)
    return { ...base, need, ...undeclared(`${nameOf(init)} doesn't say which version of cgroups it mounts`, 'init.cgroup') };
  if (runtime.modes === undefined)
    return { ...base, need, ...undeclared(`${nameOf(runtime)} doesn't say which versions of cgroups it works in`, 'runtime.cgroup') };
  const fits = runtime.modes.includes(init.mode);
  const sentence = fits
    ? `${nameOf(runtime)} works in cgroup ${init.mode}, which ${nameOf(init)} mounts`
    : `${nameOf(runtime)} works in cgroup ${runtime.modes.join(' and ')} alone, and ${nameOf(init)} mounts ${init.mode}`;
  return { ...base, need, verdict: fits ? 'ok' : 'error', evidence: 'declared', offer: `cgroup ${init.mode}`, sentence };
}

function initEnd({ component, version }: CgroupSubject['init']): EdgeEnd {
  return { component, version, fact: 'init.cgroup' };
}

function undeclared(sentence: string, key: string): Pick<Edge, 'verdict' | 'evidence' | 'sentence' | 'hints'> {
  return { verdict: 'unknown', evidence: 'assumed', sentence, hints: [`declare it in the manifest: \`${key}\``] };
}
