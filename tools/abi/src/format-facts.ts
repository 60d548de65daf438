import { type Facts, platforms } from '@moby/model';
import { compareText } from './order.ts';

/** Down to the modules of `platforms` → platform → `kernel` → `modules`. */
const deepestLines = 5;

/**
 * The text of facts.json: keys sorted, two spaces a level, one line an ELF file, program, link or module, ends with a newline.
 * One value has one text, so that a digest of it means something and a diff shows what changed.
 */
export function formatFacts(facts: Facts): string {
  const known = platforms.filter((platform) => facts.platforms[platform] !== undefined).sort(compareText);
  const sorted = { facts: facts.facts, platforms: Object.fromEntries(known.map((platform) => [platform, facts.platforms[platform]])) };
  return `${formatBlock(sorted, { indent: '', levels: deepestLines })}\n`;
}

/** Objects and lists are broken into lines as deep as `levels`; what lies deeper stands on one line. */
export function formatBlock(value: unknown, place: { readonly indent: string; readonly levels: number }): string {
  if (typeof value !== 'object' || value === null || place.levels === 0) return formatLine(value);
  const inner = { indent: `${place.indent}  `, levels: place.levels - 1 };
  if (Array.isArray(value))
    return wrap(
      '[]',
      value.map((item) => formatLine(item)),
      place.indent,
    );
  return wrap(
    '{}',
    sortedEntries(value).map(([key, item]) => `${JSON.stringify(key)}: ${formatBlock(item, inner)}`),
    place.indent,
  );
}

function wrap(brackets: '[]' | '{}', lines: readonly string[], indent: string): string {
  const [open, close] = [brackets.charAt(0), brackets.charAt(1)];
  return lines.length === 0 ? brackets : `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;
}

function formatLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = sortedEntries(value);
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${formatLine(item)}`).join(', ')} }`;
}

function sortedEntries(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => compareText(a, b));
}
