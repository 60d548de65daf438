import type { Reach } from './documents.ts';

/** What a Linux capability lets a process do, in words, and how far that reaches from within a container. capabilities(7). */
export function capabilityWords(capability: string): { readonly reach: Reach; readonly why: string } {
  const name = capability.replace(/^CAP_/, '');
  return words.get(name) ?? { reach: 'beyond', why: 'a right of the kernel that this page has no words for: see capabilities(7)' };
}

const words: ReadonlyMap<string, { readonly reach: Reach; readonly why: string }> = new Map(
  (
    [
      ['SYS_ADMIN', 'machine', 'mounts file systems, enters namespaces and changes much else of the kernel: almost the same as root'],
      ['SYS_MODULE', 'machine', 'loads code into the kernel'],
      ['SYS_RAWIO', 'machine', 'reads and writes memory and devices past the kernel'],
      ['SYS_PTRACE', 'machine', 'reads and changes the memory of other processes'],
      ['SYS_BOOT', 'machine', 'restarts the machine, or starts another kernel'],
      ['DAC_READ_SEARCH', 'machine', 'reads every file, whatever its permissions, and by handle also those outside of its root'],
      ['BPF', 'machine', 'loads programs into the kernel that see what others do'],
      ['MAC_ADMIN', 'machine', 'changes the policy of mandatory access control'],
      ['MAC_OVERRIDE', 'machine', 'is not bound by mandatory access control'],
      ['MKNOD', 'machine', 'makes device files'],
      ['NET_ADMIN', 'beyond', 'changes interfaces, routes and the packet filter'],
      ['NET_RAW', 'beyond', 'sends and reads raw packets: it can pretend to be another'],
      ['DAC_OVERRIDE', 'beyond', 'reads and writes every file that it sees, whatever its permissions'],
      ['FOWNER', 'beyond', 'changes permissions of files that belong to others'],
      ['CHOWN', 'beyond', 'gives files to another owner'],
      ['SETUID', 'beyond', 'becomes any user of its container'],
      ['SETGID', 'beyond', 'becomes any group of its container'],
      ['SETPCAP', 'beyond', 'passes its capabilities on'],
      ['SETFCAP', 'beyond', 'gives capabilities to files'],
      ['SYS_TIME', 'beyond', 'sets the machine’s clock'],
      ['SYS_RESOURCE', 'beyond', 'goes past limits of resources'],
      ['SYS_NICE', 'beyond', 'takes precedence over other processes'],
      ['SYS_PACCT', 'beyond', 'switches the accounting of processes'],
      ['SYS_TTY_CONFIG', 'beyond', 'changes the machine’s terminals'],
      ['SYSLOG', 'beyond', 'reads the kernel’s messages and addresses'],
      ['PERFMON', 'beyond', 'observes the whole machine’s performance'],
      ['CHECKPOINT_RESTORE', 'beyond', 'freezes processes and restores them'],
      ['AUDIT_CONTROL', 'beyond', 'changes the rules of auditing'],
      ['AUDIT_READ', 'beyond', 'reads the audit log'],
      ['AUDIT_WRITE', 'beyond', 'writes into the audit log'],
      ['LINUX_IMMUTABLE', 'beyond', 'makes files that nobody can change'],
      ['KILL', 'inside', 'ends any process that it sees'],
      ['FSETID', 'inside', 'keeps the set-user-id bit of files that it changes'],
      ['IPC_LOCK', 'inside', 'keeps memory from being swapped out'],
      ['IPC_OWNER', 'inside', 'uses shared memory of others in its container'],
      ['LEASE', 'inside', 'is told before others open a file'],
      ['NET_BIND_SERVICE', 'inside', 'listens on ports below 1024'],
      ['NET_BROADCAST', 'inside', 'sends to all of a network'],
      ['SYS_CHROOT', 'inside', 'gives its processes another root'],
      ['BLOCK_SUSPEND', 'beyond', 'keeps the machine from sleeping'],
      ['WAKE_ALARM', 'beyond', 'wakes the machine'],
    ] as const
  ).map(([name, reach, why]) => [name, { reach, why }]),
);
