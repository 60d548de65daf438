import { platforms, type Facts, type KernelSymbolsFile, type Symbols } from '@moby/model';
import type { AbiFacts, AbiSide } from './abi-diff.ts';

/** A component's facts with what was read beside them, by platform, for `diffAbi`. */
export function platformsToCompare(
  facts: Facts,
  symbols: Symbols | undefined,
  kernelSymbols: KernelSymbolsFile | undefined,
): AbiSide['platforms'] {
  const known = platforms.flatMap((platform) => {
    const own = facts.platforms[platform];
    if (own === undefined) return [];
    const files = symbols?.platforms[platform]?.files;
    const exported = kernelSymbols?.platforms[platform];
    const side: AbiFacts = {
      facts: own,
      ...(files === undefined ? {} : { symbols: files }),
      ...(exported === undefined ? {} : { kernelSymbols: exported }),
    };
    return [[platform, side] as const];
  });
  return Object.fromEntries(known);
}
