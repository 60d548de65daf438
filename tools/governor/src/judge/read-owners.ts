import { documentLimits, readYaml, validateDocument, type Document, type Judged } from '@moby/model';
import type { Answerer, HistoryEntry, Owners, OwnersPart, PlaceInFile } from './question.ts';
import type { State } from '../lifecycle/lifecycle.ts';

/** The most that is read of it. */
export const maxOwnersBytes: number = 64 * 1024;

/** What `owners.v1.schema.json` lets a file say. */
interface WrittenOwners {
  readonly lifecycle: State;
  readonly maintainers: readonly (Omit<Answerer, 'place'> & { readonly email?: string; readonly keys?: readonly string[] })[];
  readonly history?: readonly HistoryEntry[];
}

/** OWNERS.yaml of a component, strictly, with the places of its parts. `file`: what findings call it. */
export async function readOwners(text: string, file: string): Promise<Judged<Owners>> {
  const read = await readYaml({ file, text, plain: true, limits: { ...documentLimits, maxBytes: maxOwnersBytes } });
  if (!read.ok) return read;
  const findings = await validateDocument(read.value, 'owners');
  const { value } = read.value;
  if (findings.length > 0 || !isWritten(value)) return { ok: false, findings };
  const { lifecycle, maintainers, history } = value;
  const owners: Owners = {
    lifecycle,
    maintainers: maintainers.flatMap(({ registry }) => registry ?? []),
    people: maintainers.map(({ email: _email, keys: _keys, ...person }, index) => ({
      ...person,
      place: placeOf(read.value, ['maintainers', index]),
    })),
    keys: maintainers.flatMap(({ keys }) => keys ?? []),
    ...(history === undefined ? {} : { history }),
    places: {
      lifecycle: placeOf(read.value, ['lifecycle']),
      maintainers: placeOf(read.value, ['maintainers']),
      ...(history === undefined ? {} : { history: placeOf(read.value, ['history']) }),
    },
  };
  return { ok: true, value: owners, findings: [] };
}

function placeOf(document: Document, at: readonly [OwnersPart, ...number[]]): PlaceInFile {
  const { line, column } = document.placeOf(at, { key: true });
  return { line, column };
}

/** Holds where the schema has nothing against it, which is the proof; here for the compiler. */
function isWritten(value: unknown): value is WrittenOwners {
  return typeof value === 'object' && value !== null && 'maintainers' in value;
}
