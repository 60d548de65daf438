import { formatFacts, formatKernelSymbols, formatSymbols, parseFacts, parseKernelSymbols, parseSymbols } from '@moby/abi';
import { Failure } from '@moby/model';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

/** The text of a file as it would be written; throws for what can't be read. */
type Format = (text: string, file: string) => string;

export const canonicalFormat: GovernanceRule = ofChange({
  id: 'MOBY-S106',
  name: 'canonical-format',
  severity: 'hint',
  waivableBy: 'owner',
  why: 'One value has one text, so that a difference is a change, and the next run of a tool doesn’t make another.',
  examples: { fails: 'tabs in package.json', passes: 'as npm and `moby-compose component build` write it' },
  change: [
    clause({
      name: 'package',
      file: 'package.json',
      when: 'a changed package.json is other than `JSON.stringify` writes its value with two spaces, and a newline behind',
      format: (text) => `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`,
    }),
    clause({
      name: 'facts',
      file: 'facts.json',
      when: 'a changed facts.json is other than the tool writes it',
      format: (text, file) => formatFacts(parseFacts(text, file)),
    }),
    clause({
      name: 'symbols',
      file: 'symbols.json',
      when: 'a changed symbols.json is other than the tool writes it',
      format: (text, file) => formatSymbols(parseSymbols(text, file)),
    }),
    clause({
      name: 'kernel-symbols',
      file: 'kernel-symbols.json',
      when: 'a changed kernel-symbols.json is other than the tool writes it',
      format: (text, file) => formatKernelSymbols(parseKernelSymbols(text, file)),
    }),
  ],
});

interface Canonical {
  readonly name: string;
  readonly file: string;
  readonly when: string;
  readonly format: Format;
}

function clause({ name, file, when, format }: Canonical): Clause<ChangeSubject> {
  return {
    name,
    when,
    *find({ packed, merge }): Iterable<Found> {
      for (const [line, files] of packed) {
        const path = `components/${line}/${file}`;
        const bytes = files.get(file);
        if (bytes === undefined || merge.laid.get(path) === undefined) continue;
        const text = Buffer.from(bytes).toString('utf8');
        const offset = firstDifference(text, formatted(format, text, file));
        if (offset === undefined) continue;
        yield {
          repositoryFile: path,
          component: line,
          place: placeOf(text, offset),
          message: `\`${file}\` is written otherwise than the tool writes it`,
          help: `write it anew: \`moby-compose component build ${line}\``,
        };
      }
    },
  };
}

/** The text itself where it can't be read: what is wrong with it is for others to say. */
function formatted(format: Format, text: string, file: string): string {
  try {
    return format(text, file);
  } catch (error) {
    if (error instanceof Failure || error instanceof SyntaxError) return text;
    throw error;
  }
}

function firstDifference(text: string, other: string): number | undefined {
  if (text === other) return undefined;
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  return at;
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
