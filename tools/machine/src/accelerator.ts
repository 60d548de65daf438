import { randomUUID } from 'node:crypto';
import { open, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '@moby/model';
import { startChild } from './child.ts';
import type { Environment, Qemu } from './find-qemu.ts';
import { type AcceleratorKind, machineKindOf } from './machine-kind.ts';
import { probeGuest, probeMarker } from './probe-guest.ts';

export interface Accelerator {
  readonly kind: AcceleratorKind;
  /** Why the machine is emulated, for people; empty for KVM. */
  readonly reason: string;
}

export interface AcceleratorQuestion {
  readonly platform: Platform;
  readonly qemu: Qemu;
  readonly env: Environment;
  /** The answer is kept in its file `kvm.json` until the host is booted again. */
  readonly cacheFolder: string;
  readonly host?: AcceleratorHost;
}

/** The host, as far as the choice depends on it. */
export interface AcceleratorHost {
  readonly architecture: string;
  /** `/dev/kvm`. */
  readonly kvmDevice: string;
  /** Changes with each boot; undefined where the host has none, and then nothing is kept. */
  readonly bootId: string | undefined;
}

export const probeLimitMs = 5000;

/**
 * KVM where it has run a guest on this host, else emulation. A device that opens proves nothing: there are hosts on
 * which every guest then hangs, so a tiny one is run first.
 */
export async function chooseAccelerator(question: AcceleratorQuestion): Promise<Accelerator> {
  const host = question.host ?? (await thisHost());
  const kind = machineKindOf(question.platform);
  if (host.architecture !== kind.hostArchitecture) return { kind: 'tcg', reason: `the host is not ${kind.hostArchitecture}` };
  const closed = await whyKvmIsClosed(host.kvmDevice);
  if (closed !== undefined) return { kind: 'tcg', reason: closed };
  const key = `${host.bootId} ${question.qemu.path} ${question.qemu.version}`;
  const kept = host.bootId === undefined ? undefined : await recall(question.cacheFolder, key);
  if (kept !== undefined) return kept;
  const verdict = await runProbe({ ...question, accelerator: 'kvm', guest: probeGuest(), limitMs: probeLimitMs });
  const answer: Accelerator = verdict.works ? { kind: 'kvm', reason: '' } : { kind: 'tcg', reason: `KVM: ${verdict.reason}` };
  if (host.bootId !== undefined) await remember(question.cacheFolder, key, answer);
  return answer;
}

export interface Probe {
  readonly platform: Platform;
  readonly qemu: Qemu;
  readonly env: Environment;
  readonly accelerator: AcceleratorKind;
  /** An ELF that writes `probeMarker` to COM1. */
  readonly guest: Uint8Array;
  readonly limitMs: number;
}

export type ProbeVerdict = { readonly works: true } | { readonly works: false; readonly reason: string };

/** Runs the guest until it says the marker, QEMU ends, or the limit; then kills it. */
export async function runProbe(probe: Probe): Promise<ProbeVerdict> {
  const kind = machineKindOf(probe.platform);
  const folder = await mkdtemp(join(tmpdir(), 'moby-probe-'));
  try {
    const kernel = join(folder, 'probe.elf');
    await writeFile(kernel, probe.guest);
    const options = [
      ['-M', kind.machine, '-accel', probe.accelerator, '-cpu', kind.cpu[probe.accelerator], '-smp', '1', '-m', '16'],
      ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio', '-kernel', kernel],
    ];
    const child = await startChild(probe.qemu.path, options.flat(), probe.env);
    let said = '';
    let timer: NodeJS.Timeout | undefined;
    const verdict = await Promise.race<ProbeVerdict>([
      new Promise((resolve) => {
        child.output.setEncoding('latin1').on('data', (text: string) => {
          said = (said + text).slice(-1024);
          if (said.includes(probeMarker)) resolve({ works: true });
        });
      }),
      child.ended.then((how) => ({ works: false, reason: `QEMU ended (${lastLine(child.errors()) ?? how})` })),
      new Promise((resolve) => {
        timer = setTimeout(
          () => resolve({ works: false, reason: `did not start a guest within ${probe.limitMs / 1000} s` }),
          probe.limitMs,
        );
      }),
    ]);
    clearTimeout(timer);
    child.kill();
    await child.ended;
    return verdict;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function lastLine(text: string): string | undefined {
  const line = text.trim().split('\n').at(-1)?.trim();
  return line === '' ? undefined : line;
}

async function thisHost(): Promise<AcceleratorHost> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  return { architecture: process.arch, kvmDevice: '/dev/kvm', bootId };
}

async function whyKvmIsClosed(device: string): Promise<string | undefined> {
  try {
    await (await open(device, 'r+')).close();
    return undefined;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return `KVM: the host has no ${device}`;
    return code === 'EACCES' || code === 'EPERM' ? `KVM: this user may not open ${device}` : `KVM: ${device} does not open`;
  }
}

async function recall(cacheFolder: string, key: string): Promise<Accelerator | undefined> {
  const text = await readFile(join(cacheFolder, 'kvm.json'), 'utf8').catch(() => '');
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== 'object' || kept === null || !('key' in kept) || !('kind' in kept) || !('reason' in kept)) return undefined;
    if (kept.key !== key || typeof kept.reason !== 'string') return undefined;
    return kept.kind === 'kvm' || kept.kind === 'tcg' ? { kind: kept.kind, reason: kept.reason } : undefined;
  } catch {
    return undefined;
  }
}

async function remember(cacheFolder: string, key: string, answer: Accelerator): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const temporary = join(cacheFolder, `.kvm.${randomUUID()}`);
  await writeFile(temporary, `${JSON.stringify({ key, ...answer })}\n`);
  await rename(temporary, join(cacheFolder, 'kvm.json'));
}
