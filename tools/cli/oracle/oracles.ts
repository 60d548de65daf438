import { engineOwnCheck } from './check-config.ts';
import { modulesInKernels } from './insmod.ts';
import { loaderOfAssemblies } from './loader.ts';
import { loaderOfMixes } from './mixes.ts';
import type { Oracle } from './oracle.ts';
import { containerdAndShim } from './shim.ts';

/** By the names that are asked for; docs/reference/oracles.md has a row for each. The others run every night. */
export const oracles: Readonly<Record<string, { readonly run: Oracle; readonly isInCi: boolean }>> = {
  'ld.so': { run: loaderOfAssemblies, isInCi: true },
  'ld.so-mixes': { run: loaderOfMixes, isInCi: false },
  shim: { run: containerdAndShim, isInCi: true },
  insmod: { run: modulesInKernels, isInCi: true },
  'check-config': { run: engineOwnCheck, isInCi: true },
};
