import { Failure } from '@moby/model';
import { escapeText } from '../../judge/escape-text.ts';

/** One ref that a push changes, as a hook of git's is told (githooks(5), "pre-receive"). */
export interface PushedRef {
  readonly ref: string;
  /** The oid of what it names now; missing where it is new. */
  readonly before?: string;
  /** What it would name; missing where it would be deleted. */
  readonly after?: string;
}

/** More refs of one push are refused: nobody pushes so many who pushes branches. */
export const maxPushedRefs = 1000;
/** A ref's name, and two oids. */
const maxLineLength = 4096 + 130;

/** The lines that `pre-receive` reads: old, new, ref. Throws `usage` for what are none, and `limit`. */
export function parsePush(text: string): readonly PushedRef[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length > maxPushedRefs)
    throw new Failure({
      code: 'limit',
      message: `${lines.length} refs in one push; at most ${maxPushedRefs} are taken`,
      hints: ['push them in parts'],
    });
  return lines.map((line) => {
    const [before = '', after = '', ref = ''] = line.length > maxLineLength ? [] : (/^(\S+) (\S+) (\S.*)$/.exec(line)?.slice(1) ?? []);
    return refOf({ ref, before, after }, line);
  });
}

/** The words that `update` is called with: ref, old, new. Throws `usage`. */
export function pushedRef([ref = '', before = '', after = '', ...more]: readonly string[]): PushedRef {
  const words = [ref, before, after, ...more].join(' ');
  return refOf(more.length > 0 ? { ref: '', before, after } : { ref, before, after }, words);
}

function refOf(
  { ref, before, after }: { readonly ref: string; readonly before: string; readonly after: string },
  words: string,
): PushedRef {
  if (!isOid(before) || !isOid(after) || !ref.startsWith('refs/'))
    throw new Failure({
      code: 'usage',
      message: `\`${escapeText(words.slice(0, 200))}\` is no change of a ref`,
      hints: [
        'as `OLD NEW REF` a line on stdin, which git gives to hooks/pre-receive',
        'as the words `REF OLD NEW`, which git gives to hooks/update',
      ],
    });
  return { ref, ...(isNothing(before) ? {} : { before }), ...(isNothing(after) ? {} : { after }) };
}

function isOid(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function isNothing(oid: string): boolean {
  return /^0+$/.test(oid);
}
