import { fromNpmVersion, isInLine } from '@moby/model';
import { Refusal } from '../gate/refusal.ts';
import { lineOfTag, linesOf } from './tags.ts';

export interface Placing {
  /** npm's version. */
  readonly version: string;
  /** The tag that the client asks for. */
  readonly tag: string | undefined;
  /** Of the component, as the library's folders say; empty where there is no library. */
  readonly lines: readonly string[];
  /** Those that the component has. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The line of a release: what its tag `line-8.0` announces, where that holds the version and the library has it. Clients that announce none
 * get the narrowest line of the library that holds it, else of those that are published, else `8.0`. Throws a `Refusal`.
 */
export function releaseLine({ version, tag, lines, tags }: Placing): string {
  const parsed = fromNpmVersion(version);
  const holding = (all: readonly string[]): string | undefined =>
    parsed === undefined ? undefined : all.filter((line) => isInLine(parsed, line)).sort((a, b) => b.length - a.length)[0];
  if (tag === undefined || !tag.startsWith('line-')) return holding(lines) ?? holding(linesOf(tags)) ?? firstTwo(version);
  const announced = lineOfTag(tag);
  if (announced === undefined) throw wrongLine(`\`${tag.slice(0, 80)}\` names no line: a line is called \`1\`, \`6.12\` or \`1.2.3\``);
  if (holding([announced]) === undefined)
    throw wrongLine(`${version} is not of the line ${announced}: leave the tag away, or name its own, as --tag line-${firstTwo(version)}`);
  if (lines.length > 0 && !lines.includes(announced))
    throw wrongLine(`the library has no line ${announced} of it, only ${[...lines].sort().join(', ')}: a folder beside them opens one`);
  return announced;
}

function firstTwo(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function wrongLine(message: string): Refusal {
  return new Refusal({ code: 'MOBY-D431', message });
}
