import type { Manifest } from '@moby/model';

/** Made of the component's own files alone: then its version is the packager's choice, not upstream's. */
export function isOwnWork({ payload }: Manifest): boolean {
  return Object.values(payload.platforms).every(({ sources }) => sources.every(({ kind }) => kind === 'files'));
}
