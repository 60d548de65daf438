// Loaded before a measured program: writes at its end what it used. VmHWM, because ru_maxrss begins with the parent's.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ peakBytes: Number(peak?.[1] ?? 0) * 1024, cpuMs: (user + system) / 1000 }));
});
