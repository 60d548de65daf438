import type { Platform } from '@moby/model';
import { ordinarySyscalls, privilegedSyscalls } from './seccomp-syscalls.ts';
import { compareCodeUnits } from './tree-entry.ts';

/** `linux.seccomp` of the OCI runtime specification (config-linux.md, seccomp). */
export interface SeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO';
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly SeccompRule[];
}

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArgument[];
}

export interface SeccompArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_NE' | 'SCMP_CMP_MASKED_EQ';
}

/**
 * An allow-list: the ordinary system calls, those that `allowed` adds, and `clone`, `personality`, `socket` with harmless
 * arguments. Only the platform's own architecture is admitted, so no 32-bit or x32 calls on amd64.
 */
export function seccompProfile(platform: Platform, allowed: readonly string[]): SeccompProfile {
  const added = new Set(allowed);
  const plain = [...new Set([...ordinarySyscalls, ...allowed])].sort(compareCodeUnits);
  const refused = privilegedSyscalls.filter((name) => !added.has(name));
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: errno.notImplemented,
    architectures: [architectureOf(platform)],
    syscalls: [
      { names: plain, action: 'SCMP_ACT_ALLOW' },
      ...conditionalRules(platform).filter((rule) => !rule.names.some((name) => added.has(name))),
      { names: refused, action: 'SCMP_ACT_ERRNO', errnoRet: errno.notPermitted },
    ],
  };
}

const errno = { notPermitted: 1, notImplemented: 38 };
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (clone(2)): no namespaces from inside. */
const newNamespaces = 0x7e020000;
/** PER_LINUX, PER_LINUX32, with and without UNAME26, and the query (personality(2)). */
const harmlessPersonalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];
/** AF_VSOCK reaches the hypervisor. */
const vsock = 40;

function conditionalRules(platform: Platform): readonly SeccompRule[] {
  // clone(2): on s390 the flags are the second argument.
  const flags = platform === 'linux/s390x' ? 1 : 0;
  return [
    { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{ index: flags, value: newNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
    ...harmlessPersonalities.map((value): SeccompRule => ({
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
    })),
    { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: vsock, op: 'SCMP_CMP_NE' }] },
  ];
}

function architectureOf(platform: Platform): string {
  switch (platform) {
    case 'linux/amd64':
      return 'SCMP_ARCH_X86_64';
    case 'linux/arm64':
      return 'SCMP_ARCH_AARCH64';
    case 'linux/riscv64':
      return 'SCMP_ARCH_RISCV64';
    case 'linux/s390x':
      return 'SCMP_ARCH_S390X';
  }
}
