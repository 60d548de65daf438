import { factClause, statementClause, type WhyYanked } from './phrases.ts';
import type { Derivation, Fact, Loosening, RootFact, Unsolvable } from './result.ts';
import { formatRootFact } from './root-facts.ts';

export interface ExplainOptions {
  readonly whyYanked?: WhyYanked;
  /** What the root is called, as `redis-os`. */
  readonly rootName?: string;
  /** Where a fact of the root stands, as `assembly.yaml:9`. */
  readonly placeOf?: (fact: RootFact) => string | undefined;
  /** What a way out changes besides, as `touches glibc`, and how much that is: the least comes first. */
  readonly costOf?: (way: WayOut) => { readonly weight: number; readonly text: string } | undefined;
}

/** Facts that are left out, or the one that gets another range. */
export interface WayOut {
  readonly facts: readonly RootFact[];
  readonly range?: string;
}

/** Places begin in one column, no nearer than this and no farther; a longer text pushes its own place out. */
const nearestPlaceColumn = 50;
const farthestPlaceColumn = 76;
/** A conclusion and what joins it share a line up to this length. */
const joinedLength = 76;
/** Statements after which a proof is given as the list of its facts: nobody follows a longer one. */
const maxSteps = 25;
/** Facts of such a list that are printed. */
const maxFactsListed = 30;
/** Ways out that are printed. */
const maxWaysOut = 6;

interface Clause {
  readonly text: string;
  readonly place: string | undefined;
}

interface Line extends Clause {
  /** What closes the line, after the place. */
  readonly end: string;
}

/**
 * Prose in the manner of PubGrub: each step names two statements and what follows from them; a statement that is used
 * again has a number. Then the ways out, each of which was tried. Lines are not indented and end without a newline.
 */
export function explain(unsolvable: Unsolvable, options: ExplainOptions = {}): string {
  const proof = new Prose(unsolvable.derivation, options).lines();
  const ways = explainWaysOut(unsolvable, options);
  return [...proof, ...(ways.length === 0 ? [] : ['', ...ways])].join('\n');
}

class Prose {
  readonly #root: Derivation;
  readonly #rootName: string;
  readonly #placeOf: (fact: RootFact) => string | undefined;
  readonly #whyYanked: WhyYanked | undefined;
  readonly #uses = new Map<Derivation, number>();
  readonly #numbers = new Map<Derivation, number>();
  readonly #lines: Line[] = [];

  constructor(root: Derivation, options: ExplainOptions) {
    this.#root = root;
    this.#rootName = options.rootName ?? 'the root';
    this.#placeOf = options.placeOf ?? (() => undefined);
    this.#whyYanked = options.whyYanked;
    this.#count(root);
  }

  lines(): readonly string[] {
    const steps = [...this.#uses.keys()].filter(({ kind }) => kind === 'derived').length;
    if (this.#root.kind === 'fact') this.#push(this.#clause(this.#root), '.');
    else if (steps > maxSteps) this.#listFacts();
    else this.#tell(this.#root);
    return aligned(this.#lines);
  }

  #push({ text, place }: Clause, end: string): void {
    this.#lines.push({ text, place, end });
  }

  /** Takes back the line that was written last. */
  #pop(): Line {
    return this.#lines.pop() ?? { text: '', place: undefined, end: '' };
  }

  #count(node: Derivation): void {
    const uses = this.#uses.get(node) ?? 0;
    this.#uses.set(node, uses + 1);
    if (uses === 0 && node.kind === 'derived') node.causes.forEach((cause) => this.#count(cause));
  }

  #listFacts(): void {
    this.#push({ text: 'not all of this can be kept', place: undefined }, ':');
    const facts = [...this.#uses.keys()].filter(({ kind }) => kind === 'fact');
    for (const node of facts.slice(0, maxFactsListed)) {
      const { text, place } = this.#clause(node);
      this.#push({ text: `- ${text}`, place }, '');
    }
    if (facts.length > maxFactsListed) this.#push({ text: `- and ${facts.length - maxFactsListed} more`, place: undefined }, '');
  }

  /** Writes the steps up to a derived statement, the last of which ends in its conclusion. */
  #tell(node: Derivation & { readonly kind: 'derived' }): void {
    const [first, second] = this.#inTellingOrder(node.causes);
    const told = first.kind === 'derived' && !this.#numbers.has(first);
    if (told) this.#tell(first);
    if (second.kind === 'derived' && !this.#numbers.has(second)) {
      if (told) this.#number(first);
      this.#push({ text: '', place: undefined }, '');
      this.#tell(second);
      this.#join(second, first, node);
    } else if (told) this.#join(first, second, node);
    else this.#begin(first, second, node);
    if ((this.#uses.get(node) ?? 0) > 1 && !this.#numbers.has(node)) this.#number(node);
  }

  /** What is derived comes first, the longer of two derivations before the shorter, and the root's entry last. */
  #inTellingOrder([a, b]: readonly [Derivation, Derivation]): readonly [Derivation, Derivation] {
    const rank = (node: Derivation): number => {
      if (node.kind === 'derived') return this.#numbers.has(node) ? 1 : 0;
      return node.fact.kind === 'requires' ? 2 : node.fact.kind === 'root-requires' ? 4 : 3;
    };
    return rank(a) <= rank(b) ? [a, b] : [b, a];
  }

  #number(node: Derivation): void {
    if (this.#numbers.has(node)) return;
    const number = this.#numbers.size + 1;
    this.#numbers.set(node, number);
    const last = this.#pop();
    this.#push({ ...last, text: `${last.text} [${number}]` }, '.');
  }

  /** "a, and b, so c": both statements are new to the reader. */
  #begin(first: Derivation, second: Derivation, node: Derivation): void {
    this.#push(this.#clause(first), ',');
    this.#conclude('and ', this.#clause(second), node);
  }

  /** "...so a; and b, so c": the first was just concluded. */
  #join(told: Derivation, other: Derivation, node: Derivation): void {
    const last = this.#pop();
    const clause = this.#clause(other, told);
    const joined = `${last.text}; and `;
    if (joined.length + clause.text.length <= joinedLength) this.#conclude(joined, clause, node);
    else {
      this.#push(last, ';');
      this.#conclude('and ', clause, node);
    }
  }

  #conclude(before: string, { text, place }: Clause, node: Derivation): void {
    this.#push({ text: `${before}${text}`, place }, node === this.#root ? '.' : ',');
    if (node !== this.#root) this.#push({ text: `so ${statementClause(node.terms, this.#rootName)}`, place: undefined }, '.');
  }

  #clause(node: Derivation, told?: Derivation): Clause {
    if (node.kind === 'derived') {
      const number = this.#numbers.get(node);
      return { text: `${statementClause(node.terms, this.#rootName)}${number === undefined ? '' : ` [${number}]`}`, place: undefined };
    }
    const place = 'root' in node.fact ? this.#placeOf(node.fact.root) : undefined;
    return { text: this.#saysIt(node.fact, told) ?? factClause(node.fact, this.#rootName, this.#whyYanked), place };
  }

  /** "redis-os requires it", where the statement before ended in just that. */
  #saysIt(fact: Fact, told: Derivation | undefined): string | undefined {
    if (fact.kind !== 'root-requires' || told === undefined || told.terms.length !== 1) return undefined;
    const text = told.terms[0]?.selection.text;
    return fact.offeredBy.length === 1 && fact.offeredBy[0]?.text === text && !fact.need.includes(':')
      ? `${this.#rootName} requires it`
      : undefined;
  }
}

function aligned(lines: readonly Line[]): readonly string[] {
  const lengths = lines.filter(({ place }) => place !== undefined).map(({ text }) => text.length);
  const column = Math.max(nearestPlaceColumn, ...lengths.filter((length) => length <= farthestPlaceColumn));
  return lines.map(({ text, place, end }) => (place === undefined ? `${text}${end}` : `${text.padEnd(column)}  (${place})${end}`));
}

interface ShownWay {
  readonly place: string;
  readonly text: string;
  readonly weight: number;
}

/** The ways out alone, under a heading that says that each was tried; empty where there are none. */
export function explainWaysOut(
  { relax, loosenings }: Pick<Unsolvable, 'relax' | 'loosenings'>,
  options: ExplainOptions = {},
): readonly string[] {
  const loosened = new Set(loosenings.map(({ fact }) => formatRootFact(fact)));
  const ways: ShownWay[] = loosenings.map((loosening) =>
    shownWay({ facts: [loosening.fact], range: loosening.range }, loosenedText(loosening), options),
  );
  for (const facts of relax) {
    const [only] = facts;
    if (facts.length === 1 && only !== undefined && loosened.has(formatRootFact(only))) continue;
    ways.push(shownWay({ facts }, `without ${facts.map(rootFactText).join(' and ')}`, options));
  }
  if (ways.length === 0) return [];
  const shown = ways.toSorted((a, b) => a.weight - b.weight).slice(0, maxWaysOut);
  const width = Math.max(...shown.map(({ place }) => place.length));
  const heading =
    shown.length === 1 ? 'this solves it; it was tried:' : `${shown.length === 2 ? 'either' : 'any'} of these solves it; each was tried:`;
  return [heading, ...shown.map(({ place, text }) => `  ${width === 0 ? '' : `${place.padEnd(width)}   `}${text}`)];
}

function shownWay(way: WayOut, text: string, { placeOf = () => undefined, costOf = () => undefined }: ExplainOptions): ShownWay {
  const places = new Set(way.facts.map((fact) => placeOf(fact) ?? '').filter((place) => place !== ''));
  const cost = costOf(way);
  return {
    place: [...places].join(', '),
    text: cost === undefined ? text : `${text} (${cost.text})`,
    weight: cost?.weight ?? 0,
  };
}

function loosenedText({ fact, range }: Loosening): string {
  const [now, before] = [rootFactText({ ...fact, range }), rootFactText(fact)];
  return `${now.padEnd(16)} instead of ${before}`;
}

/** `crun@^1.20`, `web/libc@~2.36`; conflicts and overrides say what they are. */
function rootFactText(fact: RootFact): string {
  const wish = fact.range === '*' ? fact.need : `${fact.need}@${fact.range}`;
  switch (fact.kind) {
    case 'root-requires':
    case 'root-constrains':
      return fact.scope === '' || fact.scope === '*' ? wish : `${fact.scope}/${wish}`;
    case 'root-conflicts':
      return `the conflict with ${wish}`;
    case 'root-overrides':
      return `the override ${wish}`;
  }
}
