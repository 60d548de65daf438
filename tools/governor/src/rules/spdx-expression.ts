import exceptionIds from 'spdx-exceptions/index.json' with { type: 'json' };
import licenseIds from 'spdx-license-ids/index.json' with { type: 'json' };
import deprecatedIds from 'spdx-license-ids/deprecated.json' with { type: 'json' };

export type SpdxExpression =
  | { readonly kind: 'license'; readonly license: string; readonly exception?: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly SpdxExpression[] };

/** Identifiers that count besides the list of SPDX, which grows faster than its copy here. */
export interface KnownLicenses {
  readonly licenses: readonly string[];
  readonly exceptions: readonly string[];
}

/** Brackets within each other: more than any license of a person has. */
export const maxSpdxDepth = 50;

/**
 * A license expression of SPDX 2.3, annex D; undefined where the text is none, names what nobody knows, or has more than `maxSpdxDepth`
 * brackets within each other.
 */
export function parseSpdxExpression(text: string, known: KnownLicenses): SpdxExpression | undefined {
  const tokens = text.match(/[()]|[^()\s]+/g) ?? [];
  const reader = new Reader(tokens, known);
  const expression = reader.alternatives();
  return reader.isAtEnd ? expression : undefined;
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #known: KnownLicenses;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], known: KnownLicenses) {
    this.#tokens = tokens;
    this.#known = known;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  alternatives(): SpdxExpression | undefined {
    return this.#list('OR', () => this.#list('AND', () => this.#single()));
  }

  #list(operator: 'AND' | 'OR', next: () => SpdxExpression | undefined): SpdxExpression | undefined {
    const parts: SpdxExpression[] = [];
    do {
      const part = next();
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.#take(operator));
    return parts.length === 1 ? parts[0] : { kind: operator === 'OR' ? 'or' : 'and', parts };
  }

  #single(): SpdxExpression | undefined {
    if (this.#take('(')) {
      if (this.#depth === maxSpdxDepth) return undefined;
      this.#depth += 1;
      const inner = this.alternatives();
      this.#depth -= 1;
      return this.#take(')') ? inner : undefined;
    }
    const license = this.#tokens[this.#at];
    if (license === undefined || !this.#isLicense(license)) return undefined;
    this.#at += 1;
    if (!this.#take('WITH')) return { kind: 'license', license };
    const exception = this.#tokens[this.#at];
    if (exception === undefined || !(this.#known.exceptions.includes(exception) || exceptionIds.includes(exception))) return undefined;
    this.#at += 1;
    return { kind: 'license', license, exception };
  }

  #isLicense(text: string): boolean {
    if (/^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/.test(text)) return true;
    const name = text.replace(/\+$/, '');
    return [this.#known.licenses, licenseIds, deprecatedIds].some((list) => list.includes(name) || list.includes(text));
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }
}
