/** Code-unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sorted(texts: Iterable<string>): readonly string[] {
  return [...texts].sort(compareText);
}

/** A record with its keys in code-unit order. */
export function sortedRecord<Value>(entries: Iterable<readonly [string, Value]>): Readonly<Record<string, Value>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)));
}

/** What is in one list and not in another, each once, in its order. */
export function without<Item>(items: Iterable<Item>, others: Iterable<Item>): readonly Item[] {
  const known = new Set(others);
  return [...new Set(items)].filter((item) => !known.has(item));
}
