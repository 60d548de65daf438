import type { EdgeEnd } from './edge.ts';
import type { RootFile } from './root-tree.ts';

/** A file as one end of an edge; `fact` says where in the file it stands. */
export function endOf(file: RootFile, fact?: string): EdgeEnd {
  const { component, path } = file;
  return {
    component: component.name,
    version: component.version,
    path,
    ...(component.facts?.payload === undefined ? {} : { payload: component.facts.payload }),
    ...(fact === undefined ? {} : { fact }),
  };
}
