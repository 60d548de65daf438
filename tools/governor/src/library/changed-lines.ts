import type { Touched } from '../collect/lines/touched-components.ts';
import type { LibraryChange } from './library-change.ts';
import type { LineWords } from './library-side.ts';

/** A line that a pull request touches, and that can be read afterwards. */
export interface ChangedLine {
  readonly name: string;
  /** `redis/8.0`. */
  readonly component: string;
  /** Its package.json, from the repository's top. */
  readonly file: string;
  /** Missing for a new line, and for one that couldn't be read. */
  readonly before?: LineWords;
  readonly after: LineWords;
  /** What all lines of the component said before. */
  readonly known: readonly LineWords[];
}

export function changedLines({ before, after }: LibraryChange, { components }: Touched): readonly ChangedLine[] {
  return components.flatMap(({ name, lines }) => {
    const known = (before.components.get(name)?.lines ?? []).flatMap(({ says }) => says ?? []);
    return lines.flatMap((line): readonly ChangedLine[] => {
      const says = after.components.get(name)?.lines.find((one) => one.line === line)?.says;
      const was = before.components.get(name)?.lines.find((one) => one.line === line)?.says;
      if (says === undefined) return [];
      const file = `components/${name}/${line}/package.json`;
      return [{ name, component: `${name}/${line}`, file, ...(was === undefined ? {} : { before: was }), after: says, known }];
    });
  });
}
