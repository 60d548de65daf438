/**
 * Where the trees of containers lie: all in the initrd, which is unpacked into memory; or on a read-only disk, save those
 * that the machine's own root needs too.
 */
export type Layout = (typeof layouts)[number];

export const layouts = ['initrd', 'disk'] as const;
