/**
 * A copy of a JSON object with some keys set, its own order kept: a new key goes before the first present key that
 * follows it in `order`, or to the end. A change of `undefined` takes the key out.
 */
export function withKeys<Value extends object>(value: Value, changes: Changes<Value>, order: readonly string[]): Value {
  const entries: [string, unknown][] = Object.entries(value);
  for (const [key, change] of Object.entries(changes)) {
    const at = entries.findIndex(([present]) => present === key);
    if (at >= 0) entries.splice(at, 1, ...(change === undefined ? [] : [[key, change] satisfies [string, unknown]]));
    else if (change !== undefined) entries.splice(placeFor(key, entries, order), 0, [key, change]);
  }
  return Object.assign(emptied(value), Object.fromEntries(entries));
}

type Changes<Value> = { readonly [Key in keyof Value]?: Value[Key] | undefined };

function placeFor(key: string, entries: readonly (readonly [string, unknown])[], order: readonly string[]): number {
  const later = order.slice(order.indexOf(key) + 1);
  const at = entries.findIndex(([present]) => later.includes(present));
  return at < 0 ? entries.length : at;
}

/** A copy without its keys, for the compiler still of the same type: the caller puts back what belongs there. */
function emptied<Value extends object>(value: Value): Value {
  const copy = { ...value };
  for (const key of Object.keys(copy)) Reflect.deleteProperty(copy, key);
  return copy;
}

/** JSON as npm and the repository's formatter write a package.json: two spaces, a final newline. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
