/**
 * A set of values of one variable, as bits. Value 0 of a component means that it is absent, value k + 1 that its k-th
 * version (most preferred first) is chosen. Sets of one variable have the same number of words; none is changed after it
 * was shared.
 */
export type ValueSet = Uint32Array;

export function emptySet(size: number): ValueSet {
  return new Uint32Array((size + 31) >>> 5);
}

export function fullSet(size: number): ValueSet {
  const set = emptySet(size).fill(0xffffffff);
  if ((size & 31) !== 0) set[set.length - 1] = 2 ** (size & 31) - 1;
  return set;
}

export function setOf(size: number, values: Iterable<number>): ValueSet {
  const set = emptySet(size);
  for (const value of values) insert(set, value);
  return set;
}

/** Changes the set in place: for sets that are still being built. */
export function insert(set: ValueSet, value: number): void {
  set[value >>> 5] = (set[value >>> 5] ?? 0) | (1 << (value & 31));
}

export function has(set: ValueSet, value: number): boolean {
  return ((set[value >>> 5] ?? 0) & (1 << (value & 31))) !== 0;
}

export function isSubset(inner: ValueSet, outer: ValueSet): boolean {
  for (let word = 0; word < inner.length; word += 1) if (((inner[word] ?? 0) & ~(outer[word] ?? 0)) !== 0) return false;
  return true;
}

export function isDisjoint(a: ValueSet, b: ValueSet): boolean {
  for (let word = 0; word < a.length; word += 1) if (((a[word] ?? 0) & (b[word] ?? 0)) !== 0) return false;
  return true;
}

export function isEmpty(set: ValueSet): boolean {
  for (const word of set) if (word !== 0) return false;
  return true;
}

export function equalSets(a: ValueSet, b: ValueSet): boolean {
  for (let word = 0; word < a.length; word += 1) if (a[word] !== b[word]) return false;
  return true;
}

export function union(a: ValueSet, b: ValueSet): ValueSet {
  return a.map((word, index) => word | (b[index] ?? 0));
}

export function intersection(a: ValueSet, b: ValueSet): ValueSet {
  return a.map((word, index) => word & (b[index] ?? 0));
}

export function difference(a: ValueSet, b: ValueSet): ValueSet {
  return a.map((word, index) => word & ~(b[index] ?? 0));
}

export function complement(set: ValueSet, size: number): ValueSet {
  return difference(fullSet(size), set);
}

export function isFull(set: ValueSet, size: number): boolean {
  return countOf(set) === size;
}

export function countOf(set: ValueSet): number {
  let count = 0;
  for (const word of set) for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

export function valuesOf(set: ValueSet): readonly number[] {
  const values: number[] = [];
  set.forEach((word, index) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) values.push(index * 32 + 31 - Math.clz32(rest & -rest));
  });
  return values;
}

/** The only value of the set, or undefined where it has none or several. */
export function onlyValue(set: ValueSet): number | undefined {
  let found: number | undefined;
  for (let index = 0; index < set.length; index += 1) {
    const word = set[index] ?? 0;
    if (word === 0) continue;
    if (found !== undefined || (word & (word - 1)) !== 0) return undefined;
    found = index * 32 + 31 - Math.clz32(word);
  }
  return found;
}
