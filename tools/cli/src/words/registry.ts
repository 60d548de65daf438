import type { Ready, StorageFinding, StorageState } from '@moby/registry-server';
import { bold, red, yellow, type Line } from '../reporter/line.ts';

/** `registry at http://127.0.0.1:4873 · storage /srv/registry · 12 packages` */
export function readyLine({ url, root, packages }: Ready): Line {
  return [bold(`registry at ${url}`), ` · storage ${root} · ${counted(packages, 'package')}`];
}

/** What was found in a storage, a line each. */
export function storageLines(findings: readonly StorageFinding[]): readonly Line[] {
  return findings.map(({ kind, path, message, remedy, isMended }) => [
    remedy === undefined ? red('lost') : yellow(isMended ? 'mended' : 'found'),
    ` ${kind} ${path}: ${message}${remedy === undefined ? '; only a backup helps' : isMended ? `; ${remedy}` : `; would be ${remedy}`}`,
  ]);
}

export function fsckLines(state: StorageState, storage: string): readonly Line[] {
  const whole = `${counted(state.packages, 'package')}, ${counted(state.versions, 'version')} in ${storage}`;
  if (state.findings.length === 0) return [[`${whole}: all is as it was published`]];
  return [...storageLines(state.findings), [`${whole}: ${counted(state.findings.length, 'finding')}`]];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
