import type { Digest, GuestTrees, Platform } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';

/** The disk of trees, as a guest knows it. */
export const guestTrees: GuestTrees = { serial: 'moby-trees', folder: '/d' };

/** The image's name in the artifact's folder. */
export const diskFileName = 'trees.erofs';

/** What a kernel needs to see the disk and to read it; virtio_mmio is the bus of the machine that `run` and `test` emulate. */
export const diskModules: readonly string[] = ['virtio_mmio', 'virtio_blk', 'erofs'];

/**
 * The payloads whose trees lie on the disk: with `layout: disk` those that are in no root but containers'. What the machine's
 * own root needs stays in the initrd, and a container that needs it too takes it from there.
 */
export function diskPayloads(options: {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
}): ReadonlySet<Digest> {
  const { assembly, resolution, platform } = options;
  if (assembly.layout === 'initrd') return new Set();
  const payloadsOf = (isMachine: boolean): readonly Digest[] =>
    resolution.roots
      .filter(({ scope }) => (scope === '') === isMachine)
      .flatMap(({ components }) => components)
      .flatMap(({ name, version }) => resolution.components.get(`${name}@${version}`)?.manifest.payload.platforms[platform]?.digest ?? []);
  const machine = new Set(payloadsOf(true));
  return new Set(payloadsOf(false).filter((digest) => !machine.has(digest)));
}
