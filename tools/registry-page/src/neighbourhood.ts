import { intersects, parseRange, parseVersion, satisfies, type ComponentName, type Range, type Requirement } from '@moby/model';
import type { Outline, OutlineLine } from './outline.ts';
import { sortedOnce } from './outline.ts';

/** Who offers what the lines of all components need. */
export interface Neighbourhood {
  /** Components that have a line which offers it, and those lines; sorted by name. */
  offering(need: string, range: Range): readonly { readonly name: ComponentName; readonly lines: readonly string[] }[];
  /** Components that ask for what the outline's lines offer, by its name or by a capability; sorted by name. */
  dependents(outline: Outline): readonly DependentOf[];
  /** Components that offer what the outline's lines ask for; sorted by name. */
  providers(outline: Outline): readonly ComponentName[];
  /** All whose documents speak of the component: dependents, providers, and kernels for those that ask something of them. */
  around(outline: Outline): readonly ComponentName[];
}

export interface DependentOf {
  readonly outline: Outline;
  readonly lines: readonly string[];
  readonly how: 'requires' | 'recommends';
  readonly what: readonly string[];
}

export function openNeighbourhood(outlines: ReadonlyMap<ComponentName, Outline>): Neighbourhood {
  const offers = new Map<string, Outline[]>();
  const needs = new Map<string, Outline[]>();
  const kernels: Outline[] = [];
  const kernelUsers: Outline[] = [];
  for (const outline of [...outlines.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (outline.kind === 'kernel') kernels.push(outline);
    else if (outline.lines.some(({ manifest }) => manifest.kernel !== undefined)) kernelUsers.push(outline);
    for (const what of sortedOnce([outline.name, ...outline.lines.flatMap(({ manifest }) => Object.keys(manifest.provides))]))
      offers.set(what, [...(offers.get(what) ?? []), outline]);
    for (const what of sortedOnce(outline.lines.flatMap((line) => Object.keys(asked(line)))))
      needs.set(what, [...(needs.get(what) ?? []), outline]);
  }
  const dependents = (outline: Outline): readonly DependentOf[] => {
    const offered = sortedOnce([outline.name, ...outline.lines.flatMap(({ manifest }) => Object.keys(manifest.provides))]);
    const found = new Map<ComponentName, string[]>();
    for (const what of offered)
      for (const { name } of needs.get(what) ?? []) if (name !== outline.name) found.set(name, [...(found.get(name) ?? []), what]);
    return [...found]
      .flatMap(([name, what]) => {
        const other = outlines.get(name);
        return other === undefined ? [] : [dependentOf(other, what)];
      })
      .sort((a, b) => (a.outline.name < b.outline.name ? -1 : 1));
  };
  const providers = (outline: Outline): readonly ComponentName[] =>
    namesOf(outline.lines.flatMap((line) => Object.keys(asked(line)).flatMap((what) => offers.get(what) ?? []))).filter(
      (name) => name !== outline.name,
    );
  return {
    offering: (need, range) =>
      (offers.get(need) ?? []).flatMap(({ name, lines }) => {
        const fitting = lines.filter((line) => doesOffer(line, need, range)).map(({ line }) => line);
        return fitting.length === 0 ? [] : [{ name, lines: fitting }];
      }),
    dependents,
    providers,
    around: (outline) => {
      const kernel = outline.kind === 'kernel' ? kernelUsers : kernelUsers.includes(outline) ? kernels : [];
      return namesOf([
        ...dependents(outline).map((one) => one.outline),
        ...kernel,
        ...providers(outline).flatMap((name) => outlines.get(name) ?? []),
      ]);
    },
  };
}

/** What a line asks for and what it would like to have. */
export function asked({ manifest }: OutlineLine): Readonly<Record<string, Requirement>> {
  return { ...manifest.recommends, ...manifest.requires };
}

/** A component's own name, or a capability: an exact version is in the range, a window has something in common with it. */
export function doesOffer({ version, manifest }: OutlineLine, need: string, range: Range): boolean {
  if (need === manifest.name) return satisfies(version, range);
  const offered = Object.hasOwn(manifest.provides, need) ? manifest.provides[need] : undefined;
  if (offered === undefined) return false;
  const exact = parseVersion(offered);
  if (exact !== undefined) return satisfies(exact, range);
  const window = parseRange(offered);
  return window !== undefined && intersects(window, range);
}

function dependentOf(outline: Outline, what: readonly string[]): DependentOf {
  const asking = outline.lines.filter((line) => what.some((need) => Object.hasOwn(asked(line), need)));
  const isRequired = asking.some(({ manifest }) => what.some((need) => Object.hasOwn(manifest.requires, need)));
  return { outline, lines: asking.map(({ line }) => line), how: isRequired ? 'requires' : 'recommends', what };
}

function namesOf(outlines: readonly Outline[]): readonly ComponentName[] {
  return [...new Set(outlines.map(({ name }) => name))].sort();
}
