import { openSymbols, type SymbolLookup } from '@moby/abi';
import type { Platform, PlatformFacts } from '@moby/model';
import type { PageComponent } from '../page-registry.ts';

/** A line's newest version with all that rules ask of it. */
export interface HeldLine {
  readonly line: string;
  readonly component: PageComponent;
  /** Read when they are first asked for. */
  symbols(platform: Platform): SymbolLookup | undefined;
}

export function holdLine(line: string, component: PageComponent): HeldLine {
  const lookups = new Map<Platform, SymbolLookup>();
  return {
    line,
    component,
    symbols: (platform) => {
      const { symbols: read } = component;
      if (read === undefined) return undefined;
      const lookup = lookups.get(platform) ?? openSymbols(() => read().platforms[platform]);
      lookups.set(platform, lookup);
      return lookup;
    },
  };
}

export function factsOf({ component }: HeldLine, platform: Platform): PlatformFacts | undefined {
  return component.facts?.platforms[platform];
}

/** The last parts of the paths that facts know, and sonames: what a need may be called by. */
export function namesOf(line: HeldLine, platform: Platform): readonly string[] {
  const facts = factsOf(line, platform);
  if (facts === undefined) return [];
  const paths = [...facts.programs, ...facts.elf.map(({ path }) => path), ...Object.keys(facts.links)];
  return [...paths.map(lastPart), ...facts.elf.flatMap(({ soname }) => soname ?? [])];
}

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
