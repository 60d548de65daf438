/**
 * What a person would not see, or would see as something else: control characters, marks of direction, characters without
 * width, line separators, surrogates without their other half, what no text has a place for.
 */
const hidden =
  // oxlint-disable-next-line no-misleading-character-class -- each of them is looked for by itself
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Cs}|[\u{e0000}-\u{e007f}]/gu;

/** Longer text is cut, so that no name fills a screen. */
export const maxShownCharacters = 2000;

/**
 * Text that a contributor had a hand in, made fit for a terminal, a log and a page: what can't be seen is written as
 * `\u{202e}`, and what is too long is cut.
 */
export function escapeText(text: string): string {
  const shown = text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}…` : text;
  return shown.replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
