import type { ElfFile } from './load.ts';

/** A daemon and a shim in one root: the daemon starts the shim, reads what it prints, and then speaks to it. */
export interface ShimCase {
  readonly root: string;
  readonly daemon: ElfFile;
  readonly shim: ElfFile;
}

const daemonPath = /\/bin\/containerd$/;
const shimPath = /\/bin\/containerd-shim-[^/]+$/;

/** Whether a rule asks for what a file says as a Go program: reading that takes the whole file. */
export function asksGoFacts(path: string): boolean {
  return daemonPath.test(path) || shimPath.test(path);
}

/** Every containerd with every shim of a root. One that isn't written in Go is told by its name, and nothing of it is known. */
export function shimCases(root: string, files: readonly ElfFile[]): readonly ShimCase[] {
  const daemons = files.filter(({ path, elf }) => elf.go?.shimStart?.accepts !== undefined || daemonPath.test(path));
  const shims = files.filter(({ path, elf }) => elf.go?.shimStart?.emits !== undefined || shimPath.test(path));
  return daemons.flatMap((daemon) => shims.map((shim) => ({ root, daemon, shim })));
}
