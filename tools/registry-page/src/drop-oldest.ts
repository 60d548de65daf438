/** A map in which what was used last is last: the first ones go until so many are left. */
export function dropOldest<Key, Value>(map: Map<Key, Value>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
