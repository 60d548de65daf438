import { valueAt } from '../json/walk-json.ts';

export interface ManifestPath {
  readonly at: readonly (string | number)[];
  readonly isKey: boolean;
  readonly text: string;
  /** `payload`: in the payload's tree, without a leading slash; `machine`: absolute, in a container or the machine. */
  readonly kind: 'payload' | 'machine' | 'target';
  /** Of a link's target: the link. */
  readonly from?: string;
}

/** Every path that a manifest says, valid or not; texts alone. */
export function* manifestPaths(json: unknown): Generator<ManifestPath> {
  const platforms = ['component', 'payload', 'platforms'];
  for (const platform of keysOf(valueAt(json, platforms))) yield* payloadPaths(json, [...platforms, platform]);
  const service = ['component', 'service'];
  const machine = [
    [...service, 'cwd'],
    [...service, 'ready', 'file'],
    ['component', 'runtime', 'program'],
    ...['tmpfs', 'binds'].flatMap((mounts) =>
      indexesOf(valueAt(json, [...service, mounts])).flatMap((index) => ['source', 'path'].map((key) => [...service, mounts, index, key])),
    ),
  ];
  for (const at of machine) yield* textAt(json, at, 'machine');
}

function* payloadPaths(json: unknown, at: readonly (string | number)[]): Generator<ManifestPath> {
  for (const index of indexesOf(valueAt(json, [...at, 'sources']))) {
    for (const list of ['keep', 'executable'])
      for (const item of indexesOf(valueAt(json, [...at, 'sources', index, list])))
        yield* textAt(json, [...at, 'sources', index, list, item], 'payload');
  }
  for (const map of ['directories', 'joins', 'links'])
    for (const key of keysOf(valueAt(json, [...at, map]))) {
      yield { at: [...at, map, key], isKey: true, text: key, kind: 'payload' };
      if (map === 'joins') yield* textAt(json, [...at, map, key], 'payload');
      if (map === 'links') for (const target of textAt(json, [...at, map, key], 'target')) yield { ...target, from: key };
    }
}

function* textAt(json: unknown, at: readonly (string | number)[], kind: ManifestPath['kind']): Generator<ManifestPath> {
  const text = valueAt(json, at);
  if (typeof text === 'string') yield { at, isKey: false, text, kind };
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function indexesOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? [...value.keys()] : [];
}
