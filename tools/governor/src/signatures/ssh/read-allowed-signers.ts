import { readSshKey, type SshKey } from './read-ssh-key.ts';
import { strictBase64 } from './read-strings.ts';

/** One line of an allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  /** Counts from 1. */
  readonly line: number;
  /** Patterns of addresses, between commas. */
  readonly principals: string;
  readonly key: SshKey;
  /** Patterns of what it may sign, between commas; missing where that is everything. */
  readonly namespaces?: string;
  /** Seconds since 1970, both included. */
  readonly validAfter?: number;
  readonly validBefore?: number;
}

/** A line that counts for nothing, with what is wrong with it as a phrase. */
export interface LineFault {
  readonly line: number;
  readonly why: string;
}

export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[];
  readonly faults: readonly LineFault[];
}

const maxLineLength = 8192;
/** With words in quotes, in which a backslash stands before a quote that is meant. */
const word = /^(?:[^\s"]|"(?:[^"\\]|\\.)*")+/;

/** Each line for itself: one that can't be read takes nobody else's key away. */
export function readAllowedSigners(text: string): AllowedSigners {
  const signers: AllowedSigner[] = [];
  const faults: LineFault[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const signer = trimmed.length > maxLineLength ? `the line has more than ${maxLineLength} characters` : readLine(trimmed);
    if (typeof signer === 'string') faults.push({ line, why: signer });
    else signers.push({ line, ...signer });
  }
  return { signers, faults };
}

type ReadLine = Omit<AllowedSigner, 'line'>;

function readLine(line: string): ReadLine | string {
  const [principals = '', ...others] = firstWords(line, 4);
  const hasOptions = !looksLikeKey(others[0], others[1]);
  const [options, type, base64] = hasOptions ? others : ['', ...others];
  if (type === undefined || base64 === undefined) return 'it has to be addresses, options if there are any, the type of a key, and the key';
  const blob = strictBase64(base64);
  const key = blob === undefined ? 'it is no base64' : readSshKey(blob);
  if (typeof key === 'string') return `the key can’t be taken: ${key}`;
  if (key.type !== type) return `it says \`${type}\`, and its key is of the type \`${key.type}\``;
  const limits = options === '' || options === undefined ? {} : readOptions(options);
  return typeof limits === 'string' ? limits : { principals: unquoted(principals), key, ...limits };
}

/** Types of keys have no `=`, and keys begin with the length of their type, which in base64 is `AAAA`. */
function looksLikeKey(type: string | undefined, key: string | undefined): boolean {
  return type !== undefined && key?.startsWith('AAAA') === true && /^[a-z0-9@.-]+$/.test(type);
}

/** Up to a quote that has no end, which a comment may have. */
function firstWords(line: string, most: number): readonly string[] {
  const words: string[] = [];
  let rest = line;
  while (words.length < most) {
    const [next] = word.exec(rest) ?? [];
    if (next === undefined) break;
    words.push(next);
    rest = rest.slice(next.length).trimStart();
  }
  return words;
}

type Limits = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'>;

function readOptions(text: string): Limits | string {
  const limits = new Map<string, string>();
  const options = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  for (const option of options) {
    const [, name = '', value] = /^([A-Za-z-]+)(?:=("(?:[^"\\]|\\.)*"))?$/.exec(option) ?? [];
    const known = name.toLowerCase();
    if (known === 'cert-authority') return '`cert-authority` isn’t taken: name each key by itself';
    if (!['namespaces', 'valid-after', 'valid-before'].includes(known)) return `\`${option}\` is no option`;
    if (value === undefined) return `\`${known}\` has no value in quotes`;
    if (limits.has(known)) return `\`${known}\` stands there twice`;
    limits.set(known, unquoted(value));
  }
  const [namespaces, after, before] = [limits.get('namespaces'), limits.get('valid-after'), limits.get('valid-before')];
  const [validAfter, validBefore] = [after, before].map((time) => (time === undefined ? undefined : secondsOf(time)));
  for (const [name, time, seconds] of [
    ['valid-after', after, validAfter],
    ['valid-before', before, validBefore],
  ] as const)
    if (time !== undefined && seconds === undefined)
      return `\`${name}\` is \`${time}\`: it has to be a time in UTC, as 20270131Z or 202701312359Z`;
  if (validAfter !== undefined && validBefore !== undefined && validBefore <= validAfter) return 'it ends before it begins';
  return {
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(validAfter === undefined ? {} : { validAfter }),
    ...(validBefore === undefined ? {} : { validBefore }),
  };
}

/** Without the Z, ssh-keygen takes the time of the machine's own zone, which judges no two machines alike. */
function secondsOf(time: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z$/.exec(time) ?? [];
  if (year === undefined) return undefined;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) || date.toISOString() !== iso ? undefined : date.getTime() / 1000;
}

function unquoted(text: string): string {
  return text.replaceAll(/"((?:[^"\\]|\\.)*)"/gs, (_, inner: string) => inner.replaceAll('\\"', '"'));
}
