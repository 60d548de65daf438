import { Failure, type Platform } from '@moby/model';

/** What of a machine hangs on the architecture of its guest. */
export interface MachineKind {
  /** QEMU's program for the architecture. */
  readonly program: string;
  readonly packages: { readonly apt: string; readonly dnf: string; readonly pacman: string; readonly zypper: string };
  /** `-M`. */
  readonly machine: string;
  /** `-cpu`, by accelerator. */
  readonly cpu: Readonly<Record<AcceleratorKind, string>>;
  readonly networkDevice: string;
  readonly diskDevice: string;
  readonly serialBusDevice: string;
  /** Node's `process.arch` of the hosts on which the guest can run unemulated. */
  readonly hostArchitecture: string;
  /** What the kernel must be told where it is emulated, given the rate of the time stamp counter in kHz. */
  readonly emulatedCmdline: (hostKhz: number) => readonly string[];
}

export type AcceleratorKind = 'kvm' | 'tcg';

/** Throws `Failure` `usage` for a platform that has no machine yet. */
export function machineKindOf(platform: Platform): MachineKind {
  const kind = machineKinds[platform];
  if (kind !== undefined) return kind;
  const known = Object.keys(machineKinds).join(', ');
  throw new Failure({ code: 'usage', message: `${platform} can't be run here yet`, hints: [`these can: ${known}`] });
}

const machineKinds: Readonly<Partial<Record<Platform, MachineKind>>> = {
  'linux/amd64': {
    program: 'qemu-system-x86_64',
    packages: { apt: 'qemu-system-x86', dnf: 'qemu-system-x86', pacman: 'qemu-system-x86', zypper: 'qemu-x86' },
    machine: 'microvm',
    // QEMU 7.2's cmpxchg16b under TCG makes one boot in three die in the kernel's slab allocator on some hosts.
    cpu: { tcg: 'max,-cx16', kvm: 'host' },
    networkDevice: 'virtio-net-device',
    diskDevice: 'virtio-blk-device',
    serialBusDevice: 'virtio-serial-device',
    hostArchitecture: 'x64',
    // A microvm has neither HPET nor PM timer: without these the kernel calibrates its clock against the PIT, and on a
    // busy host it then stands still. `lpj` is loops per jiffy at 250 Hz.
    emulatedCmdline: (hostKhz) => [`tsc_early_khz=${hostKhz}`, `lpj=${hostKhz * 4}`, 'tsc=reliable', 'no_timer_check'],
  },
};
