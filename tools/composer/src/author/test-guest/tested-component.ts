import type { Facts, Manifest } from '@moby/model';

/** A component's line or release that is to be shown in a guest. */
export interface TestedComponent {
  readonly manifest: Manifest;
  /** Where its `files/` lie. */
  readonly folder: string;
  readonly facts: Facts | undefined;
}

/** `redis 8.0.2+r1`, for messages. */
export function labelOf({ manifest }: TestedComponent): string {
  return `${manifest.name} ${manifest.version}`;
}

/** What is looked for in a root of its own, as nothing of it comes up by itself. */
export function hasLook({ manifest }: TestedComponent): boolean {
  return ['library', 'tool', 'config', 'runtime'].includes(manifest.kind) || runsOf(manifest).length > 0;
}

export function runsOf({ expect = [] }: Manifest): readonly (NonNullable<Manifest['expect']>[number] & { readonly kind: 'run' })[] {
  return expect.filter((one) => one.kind === 'run');
}
