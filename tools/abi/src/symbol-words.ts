/** `sqrtf@GLIBC_2.43`; of more than three names the first two. */
export function wordsOf(symbols: readonly string[], version: string): string {
  if (symbols.length === 0) return version;
  const shown = symbols.slice(0, symbols.length > 3 ? 2 : 3).map((symbol) => `${symbol}@${version}`);
  return symbols.length > shown.length ? `${shown.join(', ')} and ${symbols.length - shown.length} more` : shown.join(', ');
}
