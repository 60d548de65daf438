/** What a component's package may be, whoever packed it. */
export const packageLimits: {
  readonly files: number;
  readonly unpackedBytes: number;
  readonly tarballBytes: number;
  readonly ratio: number;
} = {
  files: 2000,
  unpackedBytes: 64 * 1024 * 1024,
  tarballBytes: 32 * 1024 * 1024,
  /** Unpacked bytes to a packed one. */
  ratio: 100,
};
