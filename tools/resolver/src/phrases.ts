import type { RequirementPlace } from '@moby/model';
import type { DerivedTerm, Fact, Missing, Selection } from './result.ts';
import { inScope } from './root-facts.ts';

/** Selections that one statement names before it says "and N more". */
const maxNamed = 4;

/** Why a version was yanked, where whoever knows of it says so: the universe doesn't. */
export type WhyYanked = (name: string, version: string) => string | undefined;

/** A fact as a clause without a full stop. */
export function factClause(fact: Fact, rootName: string, whyYanked: WhyYanked = () => undefined): string {
  switch (fact.kind) {
    case 'root-requires': {
      const wish = wishOf(inScope(fact.scope, fact.need), [fact.range]);
      return `${rootName} requires ${wish}${overridden(fact.written)}${meetingClause(fact)}`;
    }
    case 'root-constrains': {
      const name = fact.root.kind === 'root-constrains' && fact.root.scope === '*' ? fact.root.need : fact.excluded.key;
      return `${rootName} constrains ${wishOf(name, [fact.range])}`;
    }
    case 'root-conflicts':
      return `${rootName} forbids ${wishOf(fact.root.need, [fact.range])}${fact.root.need.includes(':') ? `, which ${fact.excluded.text} offers` : ''}`;
    case 'requires':
      return `${subject(fact.who)} requires ${wishOf(fact.need, fact.ranges)}${placeWords(fact.in)}${overridden(fact.written)}${meetingClause(fact)}`;
    case 'conflicts':
      return `${subject(fact.who)} conflicts with ${wishOf(fact.need, [fact.range])}${fact.need.includes(':') ? `, which ${fact.other.text} offers` : ''}`;
    case 'slot':
      return `${fact.who.text} and ${fact.other.text} both hold \`${fact.slot}\``;
    case 'misfit':
      return `${exactly(fact.who)} doesn't fit ${exactly(fact.other)}: ${fact.reasons[0] ?? ''}${alsoFor(fact.reasons.length - 1)}`;
    case 'platform':
      return `${fact.excluded.text} is not built for ${fact.platform}`;
    case 'yanked':
      return `${fact.excluded.text} is yanked${reasonsClause(fact.excluded, whyYanked)}`;
  }
}

function reasonsClause({ key, versions }: Selection, whyYanked: WhyYanked): string {
  const name = key.slice(key.indexOf('/') + 1);
  const reasons = new Set(versions.flatMap((version) => whyYanked(name, version) ?? []));
  const [newest] = reasons;
  return newest === undefined ? '' : `: ${newest}${reasons.size === 1 ? '' : ` (and ${reasons.size - 1} more)`}`;
}

/** What a derived statement says. */
export function statementClause(terms: readonly DerivedTerm[], rootName: string): string {
  const chosen = terms.filter(({ kind }) => kind === 'chosen').map(({ selection }) => selection);
  const needed = terms.filter(({ kind }) => kind === 'not-chosen').map(({ selection }) => selection);
  const [first, second] = chosen;
  if (first === undefined) return needed.length === 0 ? `${rootName} can't be resolved` : `${either(needed)} is needed`;
  if (needed.length > 0) {
    return chosen.length === 1 ? `${subject(first)} needs ${either(needed)}` : `${both(chosen)} together need ${either(needed)}`;
  }
  if (second === undefined) return `${first.text} can't be used`;
  return chosen.length === 2 ? `${first.text} and ${second.text} exclude each other` : `${both(chosen)} can't be used together`;
}

/** The one version that somebody looked inside of, rather than a range that happens to hold no other. */
function exactly({ key, versions, text }: Selection): string {
  return versions.length === 1 ? `${key} ${versions[0] ?? ''}` : text;
}

function alsoFor(more: number): string {
  return more === 0 ? '' : `, and so for ${more} more`;
}

function subject(who: Selection): string {
  if (who.extent === 'all') return `every version of ${who.key}`;
  return who.extent === 'one' ? who.text : `every version in ${who.text}`;
}

/** `glibc@>=2.38`, `glibc@>=2.38 or >=2.40`, or the bare name. */
function wishOf(name: string, ranges: readonly string[]): string {
  return ranges.length === 1 && ranges[0] === '*'
    ? name
    : `${name}@${ranges.slice(0, maxNamed).join(' or ')}${ranges.length > maxNamed ? ' ...' : ''}`;
}

function placeWords(place: RequirementPlace): string {
  switch (place) {
    case 'root':
      return '';
    case 'machine':
      return ' on the machine';
    case 'peer':
      return ' as a peer';
  }
}

function overridden(written: string | undefined): string {
  return written === undefined ? '' : ` (an override, instead of ${written})`;
}

function meetingClause(fact: { readonly need: string; readonly offeredBy: readonly Selection[]; readonly missing?: Missing }): string {
  if (fact.missing !== undefined) return missingClause(fact.need, fact.missing);
  return fact.need.includes(':') ? `, which ${either(fact.offeredBy)} offers` : '';
}

function missingClause(need: string, missing: Missing): string {
  if (missing.kind === 'name') return need.includes(':') ? ', which nothing offers' : ', which does not exist';
  return `, of which there is only ${missing.available.join(', ')}`;
}

function either(selections: readonly Selection[]): string {
  return listed(selections, 'or');
}

function both(selections: readonly Selection[]): string {
  return listed(selections, 'and');
}

function listed(selections: readonly Selection[], word: string): string {
  const shown = selections.slice(0, maxNamed).map(({ text }) => text);
  const more = selections.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1) ?? ''}`;
}
