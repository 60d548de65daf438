import { platforms, type Symbols } from '@moby/model';
import { formatBlock } from './format-facts.ts';
import { compareText } from './order.ts';

/** Down to the groups of `platforms` → platform → `files` → path → `exports`. */
const deepestLines = 6;

/** The text of symbols.json: keys sorted, two spaces a level, one line a group of names. One value has one text. */
export function formatSymbols(symbols: Symbols): string {
  const known = platforms.filter((platform) => symbols.platforms[platform] !== undefined).sort(compareText);
  const sorted = {
    symbols: symbols.symbols,
    platforms: Object.fromEntries(known.map((platform) => [platform, symbols.platforms[platform]])),
  };
  return `${formatBlock(sorted, { indent: '', levels: deepestLines })}\n`;
}
