/**
 * The answer to a small universe by exhaustive search, written to be read beside docs/reference/universe.md. It tries every
 * way to meet every need, cuts only what breaks a rule already, and learns nothing. It shares no code with the solver
 * except the model's versions.
 */
import { compareVersions, intersects, parseRange, parseVersion, satisfies, type Universe, type UniverseVersion } from '@moby/model';

export interface OracleAnswer {
  readonly versions: Readonly<Record<string, string>>;
  /** What was recommended and not taken, as `from → need@range`. */
  readonly dropped: readonly string[];
}

/** One version of a package in a scope; the machine is ''. */
interface Candidate {
  readonly scope: string;
  readonly name: string;
  readonly version: string;
  readonly key: string;
  readonly item: UniverseVersion;
}

interface Need {
  /** The scope of whoever asks. */
  readonly scope: string;
  readonly name: string;
  readonly range: string;
  readonly place: 'root' | 'machine' | 'peer';
  /** `name` or `scope/name` of whoever asks; '' for the root. */
  readonly from: string;
}

type Chosen = ReadonlyMap<string, Candidate>;

/** Keeps the answers about texts of versions and ranges between universes. */
export class VersionMemo {
  readonly #known = new Map<string, boolean>();

  /** Whether a version, or a window that is provided, meets a range. */
  meets(provided: string, range: string): boolean {
    const key = `${provided}\n${range}`;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = meets(provided, range)));
    return known;
  }
}

function meets(provided: string, range: string): boolean {
  const wanted = parseRange(range);
  if (wanted === undefined) throw new TypeError(`not a range: ${range}`);
  const version = parseVersion(provided);
  if (version !== undefined) return satisfies(version, wanted);
  const window = parseRange(provided);
  if (window === undefined) throw new TypeError(`neither version nor window: ${provided}`);
  return intersects(window, wanted);
}

/** The preferred solution, or undefined where there is none. */
export function exhaustiveAnswer(universe: Universe, memo: VersionMemo = new VersionMemo()): OracleAnswer | undefined {
  return new Oracle(universe, memo).answer();
}

class Oracle {
  readonly #universe: Universe;
  readonly #memo: VersionMemo;
  readonly #scopes: readonly string[];
  /** Everything that exists and that the root allows, newest first within a package, deprecated last; rules 7 and 9. */
  readonly #picks: readonly Candidate[];
  readonly #rootNeeds: readonly Need[];
  readonly #meeting = new Map<string, readonly Candidate[]>();
  /** Locked versions that stay. */
  readonly #kept = new Map<string, string>();

  constructor(universe: Universe, memo: VersionMemo) {
    this.#universe = universe;
    this.#memo = memo;
    const { root } = universe;
    this.#scopes = ['', ...Object.keys(root.scopes ?? {})];
    this.#rootNeeds = [root.requires ?? {}, ...Object.values(root.scopes ?? {})].flatMap((wants, index) =>
      Object.entries(wants).map(([name, range]): Need => ({
        scope: this.#scopes[index] ?? '',
        name,
        range: this.#range(name, range),
        place: 'root',
        from: '',
      })),
    );
    this.#picks = Object.keys(universe.packages)
      .toSorted(codeUnits)
      .flatMap((name) => this.#scopes.flatMap((scope) => this.#picksOf(scope, name)));
  }

  answer(): OracleAnswer | undefined {
    if (!this.#solvable(new Map(), [])) return undefined;
    for (const [key, version] of Object.entries(this.#universe.root.locked ?? {})) {
      const pick = this.#picks.find((candidate) => candidate.key === key && candidate.version === version);
      if (pick !== undefined && this.#canHold(pick)) this.#kept.set(key, version);
    }
    return this.#prefer();
  }

  /** Settles one need after the other, in the order of preference; each takes its first candidate that some solution has. */
  #prefer(): OracleAnswer {
    const settled = new Map<string, Candidate>();
    const taken: Need[] = [];
    const dropped: string[] = [];
    const settle = (need: Need): void => {
      const best = this.#ranked(need, settled).find((pick) => {
        const next = joined(settled, pick);
        return this.#fits(pick, settled) && this.#solvable(next, taken);
      });
      if (best === undefined) throw new Error('a solvable universe came to an end');
      settled.set(best.key, best);
    };
    for (const need of this.#rootNeeds) settle(need);
    const heard: Candidate[] = [];
    const hear = (): void => {
      for (const pick of [...settled.values()].slice(heard.length)) {
        heard.push(pick);
        for (const need of this.#recommended(pick)) {
          if (this.#solvable(settled, [...taken, need])) taken.push(need);
          else dropped.push(`${need.from} → ${need.name}@${need.range}`);
        }
      }
    };
    hear();
    for (let index = 0; index < heard.length; index += 1) {
      const pick = heard[index];
      if (pick === undefined) break;
      const own = taken.filter(({ from }) => from === pick.key);
      for (const need of [...this.#required(pick), ...own]) {
        settle(need);
        hear();
      }
    }
    return {
      versions: Object.fromEntries(
        [...settled].map(([key, { version }]) => [key, version] as const).toSorted(([a], [b]) => codeUnits(a, b)),
      ),
      dropped,
    };
  }

  /** Candidates for a need: locked, already chosen, the default, by name, by scope; newest first, deprecated last. */
  #ranked(need: Need, settled: Chosen): readonly Candidate[] {
    const { locked, defaults } = this.#universe.root;
    const rank = (pick: Candidate): readonly number[] => [
      locked?.[pick.key] === undefined ? 1 : 0,
      settled.has(pick.key) ? 0 : 1,
      defaults?.[need.name] === pick.name ? 0 : 1,
    ];
    return this.#candidates(need)
      .map((pick) => ({ pick, rank: rank(pick) }))
      .toSorted((a, b) => lexicographic(a.rank, b.rank))
      .map(({ pick }) => pick);
  }

  /** Whether these and some others together keep every rule. */
  #solvable(chosen: Chosen, extra: readonly Need[]): boolean {
    const needs = [...this.#rootNeeds, ...[...chosen.values()].flatMap((pick) => this.#required(pick)), ...extra];
    return this.#complete(chosen, needs);
  }

  /** Meets the need with the fewest candidates first: one without any ends the attempt at once. */
  #complete(chosen: Chosen, needs: readonly Need[]): boolean {
    let hardest: readonly Candidate[] | undefined;
    const open: Need[] = [];
    for (const need of needs) {
      const candidates = this.#candidates(need);
      if (candidates.some((pick) => chosen.get(pick.key) === pick)) continue;
      open.push(need);
      const fitting = candidates.filter((pick) => this.#fits(pick, chosen));
      if (hardest === undefined || fitting.length < hardest.length) hardest = fitting;
    }
    return hardest === undefined || hardest.some((pick) => this.#complete(joined(chosen, pick), [...open, ...this.#required(pick)]));
  }

  /** Whether some solution has the pick because a chain of needs leads to it from the root (rule 10): tries each chain. */
  #canHold(wanted: Candidate): boolean {
    const leading = this.#leadingTo(wanted);
    const follow = (chain: Chosen, needs: readonly Need[]): boolean =>
      needs.some((need) =>
        this.#candidates(need).some((pick) => {
          if (!leading.has(pick) || chain.has(pick.key) || !this.#fits(pick, chain)) return false;
          const longer = joined(chain, pick);
          if (!this.#solvable(longer, [])) return false;
          return pick === wanted || follow(longer, [...this.#required(pick), ...this.#recommended(pick)]);
        }),
      );
    return follow(new Map(), this.#rootNeeds);
  }

  /** Picks from which a chain of needs can lead to the wanted one, whatever else is chosen. */
  #leadingTo(wanted: Candidate): ReadonlySet<Candidate> {
    const leading = new Set([wanted]);
    for (let before = 0; before !== leading.size;) {
      before = leading.size;
      for (const pick of this.#picks) {
        const needs = [...this.#required(pick), ...this.#recommended(pick)];
        if (needs.some((need) => this.#candidates(need).some((candidate) => leading.has(candidate)))) leading.add(pick);
      }
    }
    return leading;
  }

  /** Whether a pick can join: its place is free, and it gets along with everything there (rules 2, 5 and 6). */
  #fits(pick: Candidate, chosen: Chosen): boolean {
    if (!this.#allowed(pick)) return false;
    const there = chosen.get(pick.key);
    if (there !== undefined) return there === pick;
    for (const other of chosen.values()) if (!this.#beside(pick, other)) return false;
    return true;
  }

  #allowed(pick: Candidate): boolean {
    const kept = this.#kept.get(pick.key);
    return kept === undefined || kept === pick.version;
  }

  #beside(a: Candidate, b: Candidate): boolean {
    if (a.scope !== b.scope) return true;
    if (a.name === b.name) return a === b;
    if (this.#conflicts(a, b) || this.#conflicts(b, a)) return false;
    return !(a.item.exclusive ?? []).some((slot) => b.item.exclusive?.includes(slot) ?? false);
  }

  #conflicts(a: Candidate, b: Candidate): boolean {
    return Object.entries(a.item.conflicts ?? {}).some(([name, range]) => this.#isMetBy({ name, range: this.#range(name, range) }, b));
  }

  /** Rule 4: a package by its version, a capability by what is provided. */
  #isMetBy(need: Pick<Need, 'name' | 'range'>, pick: Candidate): boolean {
    if (!need.name.includes(':')) return need.name === pick.name && this.#memo.meets(pick.version, need.range);
    const provided = pick.item.provides?.[need.name];
    return provided !== undefined && this.#memo.meets(provided, need.range);
  }

  /** Rule 3, by name and scope, then newest first. */
  #candidates(need: Need): readonly Candidate[] {
    const key = [need.scope, need.name, need.range, need.place].join('\n');
    let found = this.#meeting.get(key);
    if (found === undefined) {
      const scopes = need.place === 'root' ? [need.scope] : need.place === 'machine' ? [''] : this.#scopes;
      found = this.#picks.filter((pick) => scopes.includes(pick.scope) && this.#isMetBy(need, pick));
      this.#meeting.set(key, found);
    }
    return found;
  }

  #required(pick: Candidate): readonly Need[] {
    return this.#needs(pick, pick.item.requires ?? {});
  }

  #recommended(pick: Candidate): readonly Need[] {
    return this.#needs(pick, pick.item.recommends ?? {});
  }

  #needs(pick: Candidate, wants: Readonly<Record<string, string>>): readonly Need[] {
    return Object.entries(wants)
      .toSorted(([a], [b]) => codeUnits(a, b))
      .map(([name, range]) => ({
        scope: pick.scope,
        name,
        range: this.#range(name, range),
        place: pick.item.in?.[name] ?? 'root',
        from: pick.key,
      }));
  }

  /** Rule 8. */
  #range(name: string, range: string): string {
    return this.#universe.root.overrides?.[name] ?? range;
  }

  #picksOf(scope: string, name: string): readonly Candidate[] {
    const { root, packages } = this.#universe;
    const key = scope === '' ? name : `${scope}/${name}`;
    return Object.entries(packages[name] ?? {})
      .map(([version, item]): Candidate => ({ scope, name, version, key, item }))
      .filter(({ item, version }) => item.yanked !== true || root.locked?.[key] === version)
      .filter(({ item }) => root.platform === undefined || item.platforms === undefined || item.platforms.includes(root.platform))
      .filter(
        (pick) =>
          !Object.entries(root.conflicts ?? {}).some(([other, range]) =>
            this.#isMetBy({ name: other, range: this.#range(other, range) }, pick),
          ),
      )
      .filter(({ version }) =>
        ['*', scope].every((where) => {
          const range = root.constraints?.[where]?.[name];
          return range === undefined || this.#memo.meets(version, this.#range(name, range));
        }),
      )
      .toSorted((a, b) => Number(a.item.deprecated ?? false) - Number(b.item.deprecated ?? false) || newerFirst(a.version, b.version));
  }
}

function joined(chosen: Chosen, pick: Candidate): Chosen {
  return new Map(chosen).set(pick.key, pick);
}

function newerFirst(a: string, b: string): number {
  const [first, second] = [parseVersion(a), parseVersion(b)];
  return first === undefined || second === undefined ? 0 : compareVersions(second, first);
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  return a.map((rank, index) => rank - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function codeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
