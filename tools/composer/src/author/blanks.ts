import type { Diagnostic, Document } from '@moby/model';

const mark = 'TODO: ';

/** What stands where a hand has to write; `component validate` names each that is left. */
export function blank(what: string): string {
  return `${mark}${what}`;
}

type Key = readonly (string | number)[];

/** An error for each text of a document that is still to be written. */
export function judgeBlanks(document: Document): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const visit = (value: unknown, path: Key): void => {
    if (typeof value === 'string') {
      if (value.startsWith(mark))
        findings.push({
          severity: 'error',
          code: 'blank',
          message: `\`${path.join('.')}\` is still to be written: ${value.slice(mark.length)}`,
          place: document.placeOf(path),
        });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(document.value, []);
  return findings;
}

/** The lines of a README that are still to be written, counted from 1. */
export function blankLines(text: string): readonly number[] {
  return text.split('\n').flatMap((line, index) => (line.startsWith(mark) ? [index + 1] : []));
}
