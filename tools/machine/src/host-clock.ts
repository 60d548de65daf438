import { readFile } from 'node:fs/promises';

/** The rate of the host's CPU clock in kHz; undefined where the host does not say it. */
export async function readHostKhz(): Promise<number | undefined> {
  return hostKhzOf(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
}

/** The first `cpu MHz` of /proc/cpuinfo, in kHz. */
export function hostKhzOf(cpuinfo: string): number | undefined {
  const match = /^cpu MHz\s*:\s*(\d{2,6})(?:\.(\d{1,9}))?\s*$/m.exec(cpuinfo);
  if (match === null) return undefined;
  return Math.round(Number(`${match[1]}.${match[2] ?? '0'}`) * 1000);
}
