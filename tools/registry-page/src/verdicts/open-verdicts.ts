import type { ComponentName } from '@moby/model';
import type { MatrixDocument } from '../documents.ts';
import { dropOldest } from '../drop-oldest.ts';
import { pageLimits } from '../limits.ts';
import type { Outline } from '../outline.ts';
import { type HeldLine, holdLine } from './held-line.ts';
import { judgeLines, severityOf, turnedMatrix } from './judge-lines.ts';
import type { PageRegistry } from '../page-registry.ts';

/** Lines of two components with each other, judged once: the pages of both show them. */
export interface Verdicts {
  /** `own` are the rows. */
  between(own: Outline, other: Outline, asks: MatrixDocument['asks']): Promise<MatrixDocument>;
  /** What doesn't fit before what does, then by name. */
  sorted(matrices: readonly MatrixDocument[]): readonly MatrixDocument[];
  /** The component has other versions now. */
  forget(name: ComponentName): void;
}

export function openVerdicts(registry: PageRegistry): Verdicts {
  /** The component that was used last is last. */
  const held = new Map<ComponentName, Promise<readonly HeldLine[]>>();
  /** By the two names, until the page of the other one has it too; from the side of the one that is first in the alphabet. */
  const judged = new Map<string, MatrixDocument>();
  const linesOf = (outline: Outline): Promise<readonly HeldLine[]> => {
    const lines = held.get(outline.name) ?? readAll(registry, outline);
    held.delete(outline.name);
    held.set(outline.name, lines);
    dropOldest(held, pageLimits.heldComponents);
    return lines;
  };
  return {
    between: async (own, other, asks) => {
      const key = [own.name, other.name].sort().join(' ');
      const isTurned = own.name > other.name;
      const known = judged.get(key);
      if (known !== undefined) {
        judged.delete(key);
        return isTurned ? turnedMatrix(known, other.name) : known;
      }
      const matrix = judgeLines({ own: await linesOf(own), other: await linesOf(other) }, asks);
      judged.set(key, isTurned ? turnedMatrix(matrix, own.name) : matrix);
      dropOldest(judged, pageLimits.heldPairs);
      return matrix;
    },
    sorted: (matrices) => [...matrices].sort((a, b) => severityOf(a) - severityOf(b) || (a.neighbour < b.neighbour ? -1 : 1)),
    forget: (name) => {
      held.delete(name);
      for (const key of judged.keys()) if (key.split(' ').includes(name)) judged.delete(key);
    },
  };
}

async function readAll(registry: PageRegistry, { name, lines }: Outline): Promise<readonly HeldLine[]> {
  const read: HeldLine[] = [];
  for (const { line, version } of lines) read.push(holdLine(line, await registry.component(name, version)));
  return read;
}
