import type { Platform } from '@moby/model';
import { type AcceleratorKind, machineKindOf } from './machine-kind.ts';

/** A way into the machine: TCP from 127.0.0.1 of the host. */
export interface Forward {
  /** The host's port. */
  readonly host: number;
  /** The machine's port. */
  readonly machine: number;
}

export interface ReadOnlyDisk {
  readonly path: string;
  /** What the guest finds it by (/sys/block/<disk>/serial), at most 20 characters. */
  readonly serial: string | undefined;
}

export interface MachineSettings {
  readonly platform: Platform;
  readonly accelerator: AcceleratorKind;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** A `vmlinux` (ELF with a PVH note) or a `vmlinuz`. */
  readonly kernel: string;
  readonly initrd: string | undefined;
  /** Images of disks that the machine reads and can't write; none by default. */
  readonly disks?: readonly ReadOnlyDisk[];
  /** Disks that the machine reads and writes; none by default. */
  readonly volumes?: readonly VolumeDisk[];
  /** The artifact's own command line and what the caller appends. */
  readonly cmdline: readonly string[];
  /** The rate of the host's time stamp counter, which an emulated guest sees; undefined where it is unknown. */
  readonly hostKhz: number | undefined;
  readonly forwards: readonly Forward[];
  /** Unix sockets on which we listen before QEMU starts; QEMU connects to them. */
  readonly qmpSocket: string;
  readonly agentSocket: string | undefined;
}

/** A raw image that the machine can write. */
export interface VolumeDisk {
  /** Its serial is `moby-NAME`. */
  readonly name: string;
  readonly path: string;
  /** Nothing of it is wanted when the machine has ended, so nothing waits for the host's disk. */
  readonly fleeting: boolean;
}

/** The name under which a guest finds the port of its test agent (/sys/class/virtio-ports/<port>/name). */
export const agentPortName = 'moby.agent';

const mebibyte = 1024 * 1024;

/**
 * QEMU's arguments. The machine starts paused and is let go over QMP; its serial console is standard output; every
 * forward listens on 127.0.0.1 alone.
 */
export function machineOptions(settings: MachineSettings): readonly string[] {
  const kind = machineKindOf(settings.platform);
  const initrd = settings.initrd === undefined ? [] : ['-initrd', settings.initrd];
  const forwards = settings.forwards.map(({ host, machine }) => `hostfwd=tcp:127.0.0.1:${host}-:${machine}`);
  return [
    ['-M', kind.machine],
    ['-accel', settings.accelerator === 'tcg' ? 'tcg,thread=multi' : settings.accelerator],
    ['-cpu', kind.cpu[settings.accelerator]],
    ['-smp', String(settings.cpus)],
    ['-m', String(Math.ceil(settings.memoryBytes / mebibyte))],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-S'],
    ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ['-chardev', `socket,id=qmp,path=${escapeOption(settings.qmpSocket)}`, '-mon', 'chardev=qmp,mode=control'],
    ['-kernel', settings.kernel, ...initrd, '-append', kernelCmdline(settings)],
    ...(settings.disks ?? []).map((disk, index) => diskOptions(kind.diskDevice, disk, index)),
    ...(settings.volumes ?? []).map((volume, index) => volumeOptions(kind.diskDevice, volume, index)),
    ['-netdev', ['user,id=n0', ...forwards].join(','), '-device', `${kind.networkDevice},netdev=n0`],
    settings.agentSocket === undefined ? [] : agentOptions(kind.serialBusDevice, settings.agentSocket),
  ].flat();
}

function kernelCmdline(settings: MachineSettings): string {
  const kind = machineKindOf(settings.platform);
  const emulated = settings.accelerator === 'tcg' && settings.hostKhz !== undefined ? kind.emulatedCmdline(settings.hostKhz) : [];
  // A panic ends the machine at once, and with -no-reboot QEMU too.
  return [...settings.cmdline, 'panic=-1', ...emulated].filter((part) => part !== '').join(' ');
}

function agentOptions(serialBusDevice: string, socket: string): readonly string[] {
  return [
    ['-chardev', `socket,id=agent,path=${escapeOption(socket)}`],
    ['-device', serialBusDevice],
    ['-device', `virtserialport,chardev=agent,name=${agentPortName}`],
  ].flat();
}

function diskOptions(device: string, { path, serial }: ReadOnlyDisk, index: number): readonly string[] {
  const id = `disk${index}`;
  const drive = `id=${id},if=none,format=raw,readonly=on,file=${escapeOption(path)}`;
  const name = serial === undefined ? '' : `,serial=${escapeOption(serial)}`;
  return ['-drive', drive, '-device', `${device},drive=${id}${name}`];
}

/**
 * A guest's flush is the host's fsync (`writeback`), so what it has flushed outlives a kill of QEMU and of the host. What it
 * discards or fills with zeros takes no place. QEMU locks the file against a second machine.
 */
function volumeOptions(device: string, { name, path, fleeting }: VolumeDisk, index: number): readonly string[] {
  const id = `volume${index}`;
  const cache = fleeting ? 'unsafe' : 'writeback';
  const drive = `id=${id},if=none,format=raw,cache=${cache},discard=unmap,detect-zeroes=unmap,file=${escapeOption(path)}`;
  return ['-drive', drive, '-device', `${device},drive=${id},serial=moby-${name}`];
}

/** In QEMU's option lists a comma is written twice. */
function escapeOption(text: string): string {
  return text.replaceAll(',', ',,');
}
