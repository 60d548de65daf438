import { bold, type Line } from '../reporter/line.ts';

/** `redis-os 1.0.0 · linux/amd64`. */
export function headingOf({ name, version }: { readonly name: string; readonly version: string }, platform: string): Line {
  return [bold(`${name} ${version}`), ` · ${platform}`];
}
