import { readFile } from 'node:fs/promises';

/** The rate of the host's time stamp counter in kHz; undefined where the host does not tell it. */
export async function readHostKhz(): Promise<number | undefined> {
  return hostKhzOf(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
}

/**
 * From /proc/cpuinfo of an x86 host. On bare metal `cpu MHz` is what the core runs at in this moment, which is not the
 * counter's rate; the nominal rate at the end of many models' names is. A virtual host's `cpu MHz` is the counter's rate.
 */
export function hostKhzOf(cpuinfo: string): number | undefined {
  const virtual = /^flags\s*:.* hypervisor(?: |$)/m.test(cpuinfo);
  const nominal = virtual ? null : /^model name\s*:.* @ (\d{1,2}\.\d{1,3})GHz\s*$/m.exec(cpuinfo);
  const now = /^cpu MHz\s*:\s*(\d{2,6}(?:\.\d{1,9})?)\s*$/m.exec(cpuinfo);
  const mhz = nominal === null ? Number(now?.[1] ?? 0) : Number(nominal[1]) * 1000;
  return mhz > 0 ? Math.round(mhz * 1000) : undefined;
}
