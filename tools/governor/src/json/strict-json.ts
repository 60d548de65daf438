import { placeAt, type Document } from '@moby/model';

export interface JsonFault {
  readonly kind: 'syntax' | 'duplicate-key' | 'too-deep' | 'inexact-number';
  /** In UTF-16 units. */
  readonly offset: number;
  readonly message: string;
}

export interface StrictJson {
  /** Missing where a fault leaves no doubt that readers would see different things. */
  readonly document?: Document;
  readonly faults: readonly JsonFault[];
}

export interface JsonLimits {
  readonly maxDepth: number;
}

const maxFaults = 20;

/**
 * RFC 8259, and nothing that two readers could take differently: no key twice, no number that a double can't hold, no
 * nesting deeper than the limit. Linear in the text's length. `file` is the name that places use.
 */
export function readStrictJson(file: string, text: string, limits: JsonLimits): StrictJson {
  const scanner = new Scanner(text, limits.maxDepth);
  const root = scanner.document();
  if (root === undefined || scanner.faults.some(({ kind }) => kind !== 'inexact-number')) return { faults: scanner.faults };
  const value: unknown = JSON.parse(text);
  return {
    document: { file, value, placeOf: (path, options) => placeOf({ file, text, root }, path, options?.key === true) },
    faults: scanner.faults,
  };
}

/** A value's range in the text, with the ranges of its parts. */
interface Node {
  readonly start: number;
  readonly end: number;
  readonly members?: ReadonlyMap<string, { readonly key: readonly [number, number]; readonly node: Node }>;
  readonly items?: readonly Node[];
}

function placeOf(
  read: { readonly file: string; readonly text: string; readonly root: Node },
  path: readonly (string | number)[],
  wantsKey: boolean,
): ReturnType<Document['placeOf']> {
  let node = read.root;
  let range: readonly [number, number] = [node.start, node.end];
  for (const [index, part] of path.entries()) {
    const member = node.members?.get(String(part));
    const next = member?.node ?? node.items?.[Number(part)];
    if (next === undefined) break;
    range = member !== undefined && wantsKey && index === path.length - 1 ? member.key : [next.start, next.end];
    node = next;
  }
  return placeAt(read.file, read.text, range[0], range[1] - range[0]);
}

class SyntaxFault extends Error {}

class Scanner {
  readonly faults: JsonFault[] = [];
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): Node | undefined {
    try {
      this.#space();
      const root = this.#value(0);
      this.#space();
      if (this.#at < this.#text.length) throw this.#syntax('something stands behind the end');
      return root;
    } catch (error) {
      if (error instanceof SyntaxFault) return undefined;
      throw error;
    }
  }

  #value(depth: number): Node {
    if (depth > this.#maxDepth) {
      this.#report('too-deep', this.#at, `values are nested more than ${this.#maxDepth} deep`);
      throw new SyntaxFault();
    }
    const start = this.#at;
    switch (this.#text[start]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        this.#string();
        return { start, end: this.#at };
      case 't':
        return this.#word('true');
      case 'f':
        return this.#word('false');
      case 'n':
        return this.#word('null');
      default:
        return this.#number();
    }
  }

  #object(depth: number): Node {
    const start = this.#at;
    const members = new Map<string, { readonly key: readonly [number, number]; readonly node: Node }>();
    this.#at += 1;
    this.#space();
    if (this.#take('}')) return { start, end: this.#at, members };
    for (;;) {
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') throw this.#syntax('a key in quotes belongs here');
      const key = this.#string();
      const range = [keyAt, this.#at] as const;
      if (members.has(key)) this.#report('duplicate-key', keyAt, `the key \`${key}\` stands here twice`);
      this.#space();
      if (!this.#take(':')) throw this.#syntax('`:` belongs here');
      this.#space();
      const node = this.#value(depth + 1);
      if (!members.has(key)) members.set(key, { key: range, node });
      this.#space();
      if (this.#take('}')) return { start, end: this.#at, members };
      if (!this.#take(',')) throw this.#syntax('`,` or `}` belongs here');
      this.#space();
    }
  }

  #array(depth: number): Node {
    const start = this.#at;
    const items: Node[] = [];
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return { start, end: this.#at, items };
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#space();
      if (this.#take(']')) return { start, end: this.#at, items };
      if (!this.#take(',')) throw this.#syntax('`,` or `]` belongs here');
      this.#space();
    }
  }

  #string(): string {
    const start = this.#at;
    let plain = true;
    for (this.#at += 1; ; this.#at += 1) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === 0x22) break;
      if (Number.isNaN(unit)) throw this.#syntax('a text has no end');
      if (unit < 0x20) throw this.#syntax('a control character stands in a text');
      if (unit !== 0x5c) continue;
      plain = false;
      this.#at += 1;
      const escape = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;
      escape.lastIndex = this.#at;
      const length = escape.exec(this.#text)?.[0].length;
      if (length === undefined) throw this.#syntax('this is no escape of JSON');
      this.#at += length - 1;
    }
    this.#at += 1;
    if (plain) return this.#text.slice(start + 1, this.#at - 1);
    const decoded: unknown = JSON.parse(this.#text.slice(start, this.#at));
    return String(decoded);
  }

  #number(): Node {
    const start = this.#at;
    const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
    number.lastIndex = start;
    const match = number.exec(this.#text);
    if (match === null) throw this.#syntax('a value belongs here');
    this.#at += match[0].length;
    if (!isExact(match[0])) this.#report('inexact-number', start, `\`${match[0].slice(0, 40)}\` is read as \`${Number(match[0])}\``);
    return { start, end: this.#at };
  }

  #word(word: string): Node {
    const start = this.#at;
    if (!this.#text.startsWith(word, start)) throw this.#syntax('a value belongs here');
    this.#at += word.length;
    return { start, end: this.#at };
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }

  #syntax(message: string): SyntaxFault {
    this.#report('syntax', this.#at, `this is not JSON: ${message}`);
    return new SyntaxFault();
  }

  #report(kind: JsonFault['kind'], offset: number, message: string): void {
    if (this.faults.length < maxFaults) this.faults.push({ kind, offset, message });
  }
}

/** Whether the number is written as a reader would write it back: `1.0`, `1e3` and `-0` are not. */
function isExact(text: string): boolean {
  return String(Number(text)) === text;
}
