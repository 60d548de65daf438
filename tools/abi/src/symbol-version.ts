/** `OPENSSL_3.0.9` → family `OPENSSL`, numbers 3, 0, 9. */
export interface SymbolVersion {
  readonly family: string;
  readonly numbers: readonly number[];
}

/** Numbers are separated by dots or underscores (`MOUNT_2_40`, `GLIBC_2.2.5`), at most 9 digits each. */
const pattern = /^([A-Za-z](?:[A-Za-z0-9_.]{0,60}?[A-Za-z0-9])?)_(\d{1,9}(?:[._]\d{1,9}){0,5})$/;

/** Undefined for a version whose order can't be told: `GLIBC_PRIVATE`, `Base`, `CXXABI_FLOAT128`. */
export function parseSymbolVersion(text: string): SymbolVersion | undefined {
  const match = pattern.exec(text);
  const [, family, numbers] = match ?? [];
  return family === undefined || numbers === undefined ? undefined : { family, numbers: numbers.split(/[._]/).map(Number) };
}

export function compareSymbolVersions(a: SymbolVersion, b: SymbolVersion): number {
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index++) {
    const order = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** The newest of a family: what "up to" means. Undefined where none is of the family. */
export function newestOf(versions: readonly string[], family: string): string | undefined {
  let newest: { readonly text: string; readonly version: SymbolVersion } | undefined;
  for (const text of versions) {
    const version = parseSymbolVersion(text);
    if (version?.family !== family) continue;
    if (newest === undefined || compareSymbolVersions(version, newest.version) > 0) newest = { text, version };
  }
  return newest?.text;
}

/** As semver: the first three numbers. Both ends are cut alike, so that what fits exactly still fits. */
export function toSemver(version: SymbolVersion): string {
  return [0, 1, 2].map((index) => version.numbers[index] ?? 0).join('.');
}
