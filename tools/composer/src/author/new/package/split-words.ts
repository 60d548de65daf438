/** A word of a command line; `quoted` where any of it stood in quotes. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** Splits at blanks as sh and systemd do: quotes and backslashes are honoured, nothing is expanded. */
export function splitWords(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const [match] of text.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/gs)) {
    const plain = match.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? '') : double.replace(/\\(["\\$`])/g, '$1'),
    );
    words.push({ text: plain, quoted: /["']/.test(match) });
  }
  return words;
}
