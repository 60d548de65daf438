import { compareText } from './order.ts';

/** The name that is nearest to what was written, at most a third of it wrong; undefined where none is near. */
export function nearestOf(name: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const other of names) {
    if (Math.abs(other.length - name.length) > limit) continue;
    const distance = distanceOf(name, other);
    if (distance > limit) continue;
    if (best === undefined || distance < best.distance || (distance === best.distance && compareText(other, best.name) < 0))
      best = { name: other, distance };
  }
  return best?.name;
}

/** Levenshtein's distance, a row at a time. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
