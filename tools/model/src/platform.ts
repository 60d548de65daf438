/** Operating system and architecture as in the OCI image specification. */
export const platforms = ['linux/amd64', 'linux/arm64', 'linux/riscv64', 'linux/s390x'] as const;

export type Platform = (typeof platforms)[number];

export function isPlatform(text: string): text is Platform {
  return (platforms as readonly string[]).includes(text);
}

/** The file-system name of a platform, as in `out/redis-os/linux-amd64`. */
export function platformFolder(platform: Platform): string {
  return platform.replace('/', '-');
}

/** The C library's multiarch triplet on Debian. */
export function multiarchOf(platform: Platform): string {
  switch (platform) {
    case 'linux/amd64':
      return 'x86_64-linux-gnu';
    case 'linux/arm64':
      return 'aarch64-linux-gnu';
    case 'linux/riscv64':
      return 'riscv64-linux-gnu';
    case 'linux/s390x':
      return 's390x-linux-gnu';
  }
}

/** Debian's name of an architecture. */
export function debianArchitecture(platform: Platform): string {
  return platform.slice('linux/'.length);
}
