/** A text in a JSON value: a key, or a value. */
export interface JsonText {
  readonly at: readonly (string | number)[];
  readonly isKey: boolean;
  readonly text: string;
}

/** All texts of a JSON value, keys before their values, in the value's order. The value's depth is bounded where it was read. */
export function* textsOf(value: unknown, at: readonly (string | number)[] = []): Generator<JsonText> {
  if (typeof value === 'string') yield { at, isKey: false, text: value };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsOf(item, [...at, index]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield { at: [...at, key], isKey: true, text: key };
      yield* textsOf(item, [...at, key]);
    }
  }
}

/** What stands under a path; undefined where there is nothing. Inherited members don't count. */
export function valueAt(value: unknown, at: readonly (string | number)[]): unknown {
  let found = value;
  for (const part of at) {
    if (typeof found !== 'object' || found === null || Array.isArray(found) !== (typeof part === 'number') || !Object.hasOwn(found, part))
      return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}

/** Equal as JSON: the order of keys doesn't count. */
export function isEqualJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqualJson(item, b[index]));
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const [own, other] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return own.size === other.size && [...own].every(([key, value]) => other.has(key) && isEqualJson(value, other.get(key)));
}
