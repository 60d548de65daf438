import type { GoFacts } from '@moby/model';
import { readBuildInfo } from './build-info.ts';
import { readFunctionTable } from './function-table.ts';
import { openGoLayout } from './go-layout.ts';
import { readServices } from './services.ts';
import { readShimStart } from './shim-start.ts';

/**
 * What a Go program says of itself, also when it is stripped; undefined for every other file. A part that can't be read
 * (a garbled or packed program has no function table) is left out. Tables are read in place. Throws `Failure`
 * `bad-archive` where the ELF file's own headers are broken, `limit` at the bounds of the readers.
 */
export function extractGoFacts(bytes: Uint8Array, path: string): GoFacts | undefined {
  const layout = openGoLayout(bytes, path);
  if (layout === undefined) return undefined;
  const table = readFunctionTable(layout);
  const services = table && readServices(layout, table);
  const shimStart = table && readShimStart(layout, table);
  return {
    ...readBuildInfo(layout),
    ...(services === undefined ? {} : { services }),
    ...(shimStart === undefined ? {} : { shimStart }),
  };
}
