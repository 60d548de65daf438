import type { Resolution } from '@moby/composer';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

/** The root of the machine itself, in words and in documents. */
export const machineRoot = 'machine';

/** One block a root, its components with their versions. */
export function resolutionLines(resolution: Resolution): readonly Line[] {
  return resolution.roots.flatMap((root): readonly Line[] => [
    [bold(root.scope === '' ? machineRoot : root.scope)],
    ...table(root.components.map(({ name, version }): readonly Line[] => [[name], [dim(version)]])),
  ]);
}

/** Root → component → version. */
export function rootsDocument(resolution: Pick<Resolution, 'roots'>): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    resolution.roots.map((root) => [
      root.scope === '' ? machineRoot : root.scope,
      Object.fromEntries(root.components.map(({ name, version }) => [name, version])),
    ]),
  );
}
