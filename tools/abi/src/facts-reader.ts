import { Failure, isRecord } from '@moby/model';

const maxItems = 200_000;
const maxTextLength = 4096;

/**
 * A value of unknown shape with its place; each verb gives what its name says or refuses. A class, as a kernel's facts
 * make a hundred thousand of them and each assembly reads them all.
 */
export class FactsReader {
  readonly #value: unknown;
  readonly #key: string;
  readonly #parent: FactsReader | undefined;

  constructor(value: unknown, key: string, parent?: FactsReader) {
    this.#value = value;
    this.#key = key;
    this.#parent = parent;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields(), key);
  }

  get(key: string): FactsReader {
    const fields = this.#fields();
    if (!Object.hasOwn(fields, key)) throw this.refuse(`must have \`${key}\``);
    return new FactsReader(fields[key], key, this);
  }

  entries(): readonly (readonly [string, FactsReader])[] {
    return this.#entries().map(([key, item]) => [key, new FactsReader(item, key, this)]);
  }

  list(): readonly FactsReader[] {
    return this.#items().map((item, index) => new FactsReader(item, String(index), this));
  }

  text(): string {
    return this.#textOf(this.#value);
  }

  texts(): readonly string[] {
    return this.#items().map((item) => this.#textOf(item));
  }

  textRecord(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#entries().map(([key, item]) => [key, this.#textOf(item)]));
  }

  number(): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.refuse('must be a whole number');
    return value;
  }

  isTrue(): boolean {
    return this.#value === true;
  }

  /** Refuses keys that aren't named. */
  only(keys: ReadonlySet<string>): void {
    for (const key of Object.keys(this.#fields())) {
      if (!keys.has(key)) throw this.refuse(`has a key that facts don't have: \`${key}\``);
    }
  }

  refuse(what: string): Failure {
    const [file = '', ...words] = this.#place();
    return refuseFacts(file, `\`${words.length === 0 ? '.' : words.join('.')}\` ${what}`);
  }

  /** The file's name, then the keys that lead here. */
  #place(): readonly string[] {
    return this.#parent === undefined ? [this.#key] : [...this.#parent.#place(), this.#key];
  }

  #fields(): Readonly<Record<string, unknown>> {
    if (!isRecord(this.#value)) throw this.refuse('must be an object');
    return this.#value;
  }

  #entries(): readonly (readonly [string, unknown])[] {
    const found = Object.entries(this.#fields());
    if (found.length > maxItems) throw this.refuse(`has ${found.length} keys, more than ${maxItems}`);
    return found;
  }

  #items(): readonly unknown[] {
    const value = this.#value;
    if (!Array.isArray(value)) throw this.refuse('must be a list');
    if (value.length > maxItems) throw this.refuse(`has ${value.length} items, more than ${maxItems}`);
    return value;
  }

  #textOf(item: unknown): string {
    if (typeof item !== 'string' || item.length > maxTextLength) throw this.refuse(`must be text of at most ${maxTextLength} characters`);
    return item;
  }
}

export function refuseFacts(file: string, why: string): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${file}\` is not a facts file: ${why}`,
    hints: ['write it anew: moby-compose component build'],
  });
}
