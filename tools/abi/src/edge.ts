import type { Digest } from '@moby/model';

/** `ok` and `info` let an assembly pass, `warn`, `silent` and `unknown` are shown, `error` stops it. */
export const verdicts = ['ok', 'info', 'warn', 'silent', 'error', 'unknown'] as const;

export type Verdict = (typeof verdicts)[number];

/** What a verdict stands on, strongest first. */
export type Evidence = 'observed' | 'binary' | 'declared' | 'assumed';

export type EdgeRule =
  | 'facts.present'
  | 'elf.machine'
  | 'elf.interp'
  | 'elf.needed'
  | 'elf.version'
  | 'elf.symbol'
  | 'elf.dlopen'
  | 'cpu.isa'
  | 'shim.bootstrap'
  | 'rpc.service'
  | 'exec.path'
  | 'exec.interpreter'
  | 'kernel.module-present'
  | 'kernel.module-depends'
  | 'kernel.config'
  | 'kmod.crc'
  | 'kmod.symbol'
  | 'kmod.vermagic'
  | 'cgroup.mode'
  | 'netfilter.backend'
  | 'docker.api-window'
  | 'cni.version'
  | 'config.version'
  | 'engine.containerd-range';

export interface EdgeEnd {
  readonly component: string;
  readonly version: string;
  /** The root that it stands in, where that is another than the edge's. */
  readonly root?: string;
  /** Absolute in the component's tree. */
  readonly path?: string;
  /** The payload that the fact was read from. */
  readonly payload?: Digest;
  /** Where in the file or the manifest it stands, as `verneed`, `.modinfo vermagic`, `kernel.config`. */
  readonly fact?: string;
}

/** One need of one file or component, and how it is met. */
export interface Edge {
  readonly rule: EdgeRule;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  /** The root it was judged in: a container's name, or `machine`. */
  readonly root: string;
  readonly from: EdgeEnd;
  /** What is needed, as `libm.so.6`, `libm.so.6(GLIBC_2.43)`, `/lib64/ld-linux-x86-64.so.2`. */
  readonly need: string;
  /** Who meets it, or is nearest to it. */
  readonly by?: EdgeEnd;
  /** What is there instead, as `up to GLIBC_2.41`. */
  readonly offer?: string;
  /** The names that `need` stands for, where somebody read them: of an `elf.version`, what the version is needed for. */
  readonly symbols?: readonly string[];
  /** One sentence, lowercase, without a full stop. */
  readonly sentence: string;
  readonly hints?: readonly string[];
}

/** Worst first: of two verdicts on one need, what breaks counts. */
const severity: readonly Verdict[] = ['error', 'unknown', 'silent', 'warn', 'info', 'ok'];

export function isWorse(a: Verdict, b: Verdict): boolean {
  return severity.indexOf(a) < severity.indexOf(b);
}
