import type { Misfit, Platform, RequirementPlace, Universe, UniverseVersion } from '@moby/model';

/** A seeded generator of numbers (mulberry32), so that a failure can be repeated from its seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 up to and without `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  /** True in `percent` of 100 rolls. */
  chance(percent: number): boolean {
    return this.roll(100) < percent;
  }

  pick<Value>(from: readonly [Value, ...Value[]]): Value {
    return from[this.roll(from.length)] ?? from[0];
  }
}

const names = ['app', 'base', 'crun', 'dns', 'edge', 'fuse', 'glib', 'host'] as const;
const versions = ['1.0.0', '1.1.0', '1.1.0+r2', '2.0.0-rc.1', '2.0.0', '2.1.0', '3.0.0'] as const;
const ranges = ['*', '*', '*', '*', '^1', '^2', '>=1.1', '<2', '~1.1', '>=2.0.0-rc.1', '^1 || ^3', '1.1.0+r2', '2.0.0'] as const;
const capabilities = ['api:engine', 'runtime:oci', 'soname:lib.so.1'] as const;
const provided = ['1.0.0', '1.5.0', '2.0.0', '2.0.0-rc.1', '>=1.0 <=1.4', '>=1.2 <3', '^2'] as const;
const slots = ['slot:kernel', 'slot:engine'] as const;
const scopes = ['', 'db', 'web'] as const;
const places: readonly [RequirementPlace, ...RequirementPlace[]] = ['root', 'root', 'root', 'machine', 'peer'];
const platforms: readonly [Platform, ...Platform[]] = ['linux/amd64', 'linux/arm64'];

/** A universe of 2 to 8 packages in which everything that the format has may occur. */
export function randomUniverse(seed: number): Universe {
  const dice = new Dice(seed);
  const used = names.slice(0, 2 + dice.roll(7));
  // Dense worlds are mostly unsolvable, sparse ones never: both are wanted.
  const density = dice.roll(3);
  const packages = Object.fromEntries(used.map((name) => [name, randomVersions(dice, used, density)] as const));
  return { packages, root: randomRoot(dice, used, packages) };
}

/** Up to 8 pairs of versions that are found not to fit, in places of the universe. */
export function randomMisfits(universe: Universe, seed: number): readonly Misfit[] {
  const dice = new Dice(seed);
  const ends = ['', ...Object.keys(universe.root.scopes ?? {})].flatMap((scope) =>
    Object.entries(universe.packages).flatMap(([name, all]) =>
      Object.keys(all).map((version) => ({ key: scope === '' ? name : `${scope}/${name}`, version })),
    ),
  );
  const [first, ...rest] = ends;
  if (first === undefined) return [];
  return Array.from({ length: 1 + dice.roll(8) }, (_, index) => ({
    who: dice.pick([first, ...rest]),
    other: dice.pick([first, ...rest]),
    reason: `reason ${index}`,
  }));
}

function randomVersions(dice: Dice, used: readonly string[], density: number): Record<string, UniverseVersion> {
  const count = 1 + dice.roll(4);
  const chosen = new Set(Array.from({ length: count }, () => dice.pick(versions)));
  const provides = dice.chance(40) ? dice.pick(capabilities) : undefined;
  return Object.fromEntries([...chosen].map((version) => [version, randomVersion(dice, { used, density, provides })] as const));
}

function randomVersion(
  dice: Dice,
  { used, density, provides }: { readonly used: readonly string[]; readonly density: number; readonly provides: string | undefined },
): UniverseVersion {
  const requires = Object.fromEntries(
    Array.from({ length: dice.roll(density + 1) }, () => [randomName(dice, used), dice.pick(ranges)] as const),
  );
  const recommends = dice.chance(25) ? { [randomName(dice, used)]: dice.pick(ranges) } : {};
  const conflicts = dice.chance(15) ? { [randomName(dice, used)]: dice.pick(ranges) } : {};
  const offered = {
    ...(provides === undefined || dice.chance(15) ? {} : { [provides]: dice.pick(provided) }),
    ...(dice.chance(12) ? { [dice.pick(capabilities)]: dice.pick(provided) } : {}),
  };
  const where = Object.fromEntries(
    Object.keys({ ...requires, ...recommends })
      .map((need) => [need, dice.pick(places)] as const)
      .filter(([, place]) => place !== 'root'),
  );
  return {
    ...unlessEmpty('requires', requires),
    ...unlessEmpty('recommends', recommends),
    ...unlessEmpty('conflicts', conflicts),
    ...unlessEmpty('provides', offered),
    ...unlessEmpty('in', where),
    ...(dice.chance(12) ? { exclusive: [dice.pick(slots)] } : {}),
    ...(dice.chance(10) ? { platforms: [dice.pick(platforms)] } : {}),
    ...(dice.chance(6) ? { yanked: true } : {}),
    ...(dice.chance(10) ? { deprecated: true } : {}),
  };
}

function randomRoot(dice: Dice, used: readonly string[], packages: Universe['packages']): Universe['root'] {
  const scopeCount = dice.roll(3);
  const wants = (): Record<string, string> =>
    Object.fromEntries(Array.from({ length: 1 + dice.roll(2) }, () => [randomName(dice, used), dice.pick(ranges)] as const));
  const scopeNames = scopes.slice(1, 1 + scopeCount);
  const anyOf = (name: string): string => Object.keys(packages[name] ?? {})[dice.roll(2)] ?? '1.0.0';
  const some = (): string => used[dice.roll(used.length)] ?? 'app';
  const locked = dice.chance(45)
    ? Object.fromEntries(
        Array.from({ length: 1 + dice.roll(4) }, () => {
          const scope = scopes[dice.roll(scopeCount + 1)] ?? '';
          const name = some();
          return [scope === '' ? name : `${scope}/${name}`, anyOf(name)] as const;
        }),
      )
    : {};
  return {
    platform: dice.pick(platforms),
    ...(scopeCount === 0 || dice.chance(70) ? { requires: wants() } : {}),
    ...(scopeCount === 0 ? {} : { scopes: Object.fromEntries(scopeNames.map((scope) => [scope, wants()] as const)) }),
    ...unlessEmpty('conflicts', dice.chance(10) ? { [randomName(dice, used)]: dice.pick(ranges) } : {}),
    ...unlessEmpty(
      'constraints',
      dice.chance(25) ? { [['*', ...scopes][dice.roll(scopeCount + 2)] ?? '*']: { [some()]: dice.pick(ranges) } } : {},
    ),
    ...unlessEmpty('overrides', dice.chance(12) ? { [some()]: dice.pick(ranges) } : {}),
    ...unlessEmpty('defaults', dice.chance(30) ? { [dice.pick(capabilities)]: some() } : {}),
    ...unlessEmpty('locked', locked),
  };
}

function randomName(dice: Dice, used: readonly string[]): string {
  if (dice.chance(28)) return dice.pick(capabilities);
  return dice.chance(1) ? 'ghost' : (used[dice.roll(used.length)] ?? 'app');
}

function unlessEmpty<Key extends string, Value extends object>(key: Key, value: Value): { readonly [Name in Key]?: Value } {
  const made: { [Name in Key]?: Value } = {};
  if (Object.keys(value).length > 0) made[key] = value;
  return made;
}
