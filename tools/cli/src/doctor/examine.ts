import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findLocations, openHttp, proxySettings, readAptConfiguration } from '@moby/content';
import { chooseAccelerator, findQemu, type Qemu } from '@moby/machine';
import { Failure, formatBytes, type Platform } from '@moby/model';
import { quoted } from '../typed-again.ts';

/** One thing that the program needs of its surroundings. */
export interface Finding {
  readonly subject: 'node' | 'git' | 'library' | 'store' | 'disk' | 'mirror' | 'qemu' | 'kvm';
  /** `warning`: it works, but less well; `error`: some command will fail. */
  readonly status: 'ok' | 'warning' | 'error';
  readonly message: string;
  /** Commands to type, or what to do where no command does it. */
  readonly fixes: readonly string[];
}

export interface ExamineOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly storeFolder: string;
  readonly machineCacheFolder: string;
  readonly library: string | undefined;
  readonly debianMirror: string | undefined;
  readonly platform: Platform;
}

/** Each examination runs whatever the others find; in the order in which they are shown. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const [git, store, disk, mirror, machine] = await Promise.all([
    examineGit(options),
    examineStore(options),
    examineDisk(options),
    examineMirror(options),
    examineMachine(options),
  ]);
  return [examineNode(), git, examineLibrary(options), store, disk, mirror, ...machine];
}

function examineNode(): Finding {
  return { subject: 'node', status: 'ok', message: `${process.version.slice(1)} at ${process.execPath}`, fixes: [] };
}

const gitLimitMs = 5000;

async function examineGit({ environment }: ExamineOptions): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: gitLimitMs, env: environment });
    return { subject: 'git', status: 'ok', message: stdout.replace(/^git version /, '').trim(), fixes: [] };
  } catch {
    return {
      subject: 'git',
      status: 'warning',
      message: 'not on the PATH: contributing components needs it, assembling does not',
      fixes: ['sudo apt-get install git'],
    };
  }
}

function examineLibrary({ library }: ExamineOptions): Finding {
  if (library !== undefined) return { subject: 'library', status: 'ok', message: library, fixes: [] };
  return {
    subject: 'library',
    status: 'warning',
    message: 'no folder with `components/` and `assemblies/` here or above',
    fixes: ['name a folder of components: moby-compose assemble FILE --components DIR'],
  };
}

async function examineStore({ storeFolder }: ExamineOptions): Promise<Finding> {
  const probe = join(storeFolder, `.doctor-${randomUUID()}`);
  try {
    await mkdir(storeFolder, { recursive: true });
    await writeFile(probe, '');
    return { subject: 'store', status: 'ok', message: storeFolder, fixes: [] };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return {
      subject: 'store',
      status: 'error',
      message: `\`${storeFolder}\` can't be written: ${why}`,
      fixes: [`sudo chown -R "$USER" ${quoted(storeFolder)}`, 'or another place: export XDG_CACHE_HOME=/a/folder/of/yours'],
    };
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** A cold assembly of the largest assembly of the library needs about a third of it. */
const enoughDiskBytes = 1e9;

async function examineDisk({ storeFolder }: ExamineOptions): Promise<Finding> {
  let folder = storeFolder;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= enoughDiskBytes) return { subject: 'disk', status: 'ok', message: `${formatBytes(free)} free for the store`, fixes: [] };
  return {
    subject: 'disk',
    status: 'warning',
    message: `${formatBytes(free)} free for the store; ${formatBytes(enoughDiskBytes)} is comfortable`,
    fixes: [`look what the store takes: du -sh ${quoted(storeFolder)}`, `all of it can be made again: rm -r ${quoted(storeFolder)}`],
  };
}

async function examineMirror({ environment, debianMirror }: ExamineOptions): Promise<Finding> {
  const aptFolder = environment['MOBY_COMPOSE_APT_FOLDER'] ?? '/etc/apt';
  const http = openHttp({ proxy: proxySettings(environment, await readAptConfiguration(aptFolder)) });
  try {
    const locations = await findLocations({ option: debianMirror, env: environment, aptFolder }, http);
    return {
      subject: 'mirror',
      status: 'ok',
      message: `${locations.map(({ url }) => url).join(', ')} (${locations[0]?.origin ?? ''})`,
      fixes: [],
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { subject: 'mirror', status: 'error', message: error.message, fixes: error.hints };
  } finally {
    http.close();
  }
}

async function examineMachine(options: ExamineOptions): Promise<readonly Finding[]> {
  let qemu: Qemu;
  try {
    qemu = await findQemu(options.platform, options.environment);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const finding: Finding = {
      subject: 'qemu',
      status: 'error',
      message: `${error.message}: \`run\` and \`test\` need it`,
      fixes: error.hints,
    };
    return [finding];
  }
  const there: Finding = { subject: 'qemu', status: 'ok', message: `${qemu.version} at ${qemu.path}`, fixes: [] };
  return [there, await examineKvm(options, qemu)];
}

async function examineKvm({ platform, environment, machineCacheFolder }: ExamineOptions, qemu: Qemu): Promise<Finding> {
  const { kind, reason } = await chooseAccelerator({ platform, qemu, env: environment, cacheFolder: machineCacheFolder });
  if (kind === 'kvm') return { subject: 'kvm', status: 'ok', message: 'has run a guest', fixes: [] };
  return {
    subject: 'kvm',
    status: 'warning',
    message: `not used, machines are emulated: ${reason.replace(/^KVM: /, '')}`,
    fixes: kvmFixes(reason),
  };
}

function kvmFixes(reason: string): readonly string[] {
  if (reason.includes('may not open')) return ['sudo usermod -aG kvm "$USER" && newgrp kvm'];
  if (reason.includes('has no'))
    return [
      'sudo modprobe kvm_intel || sudo modprobe kvm_amd',
      'where that fails: switch virtualisation on in the firmware, or nested virtualisation in the host of this machine',
    ];
  if (reason.includes('did not start')) return ['nothing to do here: the host of this machine offers KVM but does not run guests with it'];
  return [];
}
