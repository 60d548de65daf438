import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artifact, type ArtifactFile, Failure } from '@moby/model';
import { type Accelerator, chooseAccelerator } from './accelerator.ts';
import { type Environment, findQemu, type Qemu } from './find-qemu.ts';
import { readHostKhz } from './host-clock.ts';
import type { AcceleratorKind } from './machine-kind.ts';
import type { ReadOnlyDisk, VolumeDisk } from './machine-options.ts';
import { type BootKernel, bootKernel } from './vmlinux.ts';
import { prepareVolume, volumeFolderOf } from './volume.ts';

/** What of the host a machine is made with, settled before it starts. */
export interface MachinePlan {
  readonly artifact: Artifact;
  readonly qemu: Qemu;
  readonly accelerator: Accelerator;
  readonly kernel: BootKernel;
  readonly initrd: string | undefined;
  readonly disks: readonly ReadOnlyDisk[];
  readonly volumes: readonly VolumeDisk[];
  readonly cmdline: readonly string[];
  readonly hostKhz: number | undefined;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface PlanOptions {
  readonly artifact: Artifact;
  /** The artifact's folder. */
  readonly folder: string;
  /** For unpacked kernels and the probe's answer; made where it is missing. */
  readonly cacheFolder: string;
  readonly env: Environment;
  /** By default 2, and 1 where the machine is emulated. */
  readonly cpus?: number;
  /** The artifact's by default. */
  readonly memoryBytes?: number;
  /** Boot the kernel file as it is shipped, with nothing on its command line that only saves time. */
  readonly asShipped?: boolean;
  /** Taken without a probe. */
  readonly accelerator?: AcceleratorKind;
  /** Where the artifact's volumes lie, made where they are missing; `NAME.volumes` beside an artifact's folder NAME by default. */
  readonly volumeFolder?: string;
  /** Nobody wants the volumes when the machine has ended. */
  readonly fleetingVolumes?: boolean;
  /** Appended to the kernel's command line. */
  readonly cmdline?: readonly string[];
}

/**
 * Linux patches its own code while it runs: a breakpoint first, then the rest, and every other processor is made to look
 * again. QEMU 7.2's emulation with a thread a processor now and then lets one run into the breakpoint afterwards (`Oops:
 * int3`, seen in 2 of about 50 boots with 2 processors). With one there is nobody to run into it, and it boots no slower.
 */
const emulatedCpus = 1;
const nativeCpus = 2;

/** Under emulation the kernel's self-tests of its cryptography cost a second. */
const fasterCmdline = ['cryptomgr.notests=1'];

/** Throws `qemu-missing`, `usage` (a platform without a machine), `not-found`, `wrong-digest`, and for volumes `invalid-input`, `no-space`, `io`. */
export async function planMachine(options: PlanOptions): Promise<MachinePlan> {
  const { artifact, folder, env, cacheFolder } = options;
  const qemu = await findQemu(artifact.platform, env);
  const kernelFile = artifact.files.find(({ role }) => role === 'kernel');
  if (kernelFile === undefined) throw new Failure({ code: 'invalid-input', message: `${artifact.name} has no kernel among its files` });
  const kernelPath = await fileOf(folder, kernelFile);
  const initrdFile = artifact.files.find(({ role }) => role === 'initrd');
  const asShipped = options.asShipped ?? false;
  const kernel: BootKernel = asShipped
    ? { path: kernelPath, form: 'vmlinuz', note: '' }
    : await bootKernel({ path: kernelPath, digest: kernelFile.digest, cacheFolder });
  const accelerator: Accelerator =
    options.accelerator === undefined
      ? await chooseAccelerator({ platform: artifact.platform, qemu, env, cacheFolder })
      : { kind: options.accelerator, reason: 'asked for' };
  return {
    artifact,
    qemu,
    accelerator,
    kernel,
    initrd: initrdFile === undefined ? undefined : await fileOf(folder, initrdFile),
    disks: await Promise.all(
      artifact.files.filter(({ role }) => role === 'disk').map(async (file) => ({ path: await fileOf(folder, file), serial: file.serial })),
    ),
    volumes: await openVolumes(options),
    cmdline: [artifact.cmdline, ...(asShipped ? [] : fasterCmdline), ...(options.cmdline ?? [])],
    hostKhz: await readHostKhz(),
    cpus: options.cpus ?? (accelerator.kind === 'tcg' ? emulatedCpus : nativeCpus),
    memoryBytes: options.memoryBytes ?? artifact.memoryBytes,
  };
}

async function openVolumes({ artifact, folder, volumeFolder, fleetingVolumes }: PlanOptions): Promise<readonly VolumeDisk[]> {
  const disks: VolumeDisk[] = [];
  for (const volume of artifact.volumes ?? []) {
    const path = await prepareVolume(volume, volumeFolder ?? volumeFolderOf(folder));
    disks.push({ name: volume.name, path, fleeting: fleetingVolumes === true });
  }
  return disks;
}

async function fileOf(folder: string, file: ArtifactFile): Promise<string> {
  const path = join(folder, file.name);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Failure({ code: 'not-found', message: `\`${path}\` is missing`, hints: ['assemble it again'] });
  if (found.size === file.sizeBytes) return path;
  throw new Failure({
    code: 'wrong-digest',
    message: `\`${path}\` has ${found.size} bytes, and artifact.json says ${file.sizeBytes}`,
    hints: ['assemble it again'],
  });
}
