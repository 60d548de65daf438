import type * as Yaml from 'yaml';

/** Something that is wrong with a key, and where it begins. */
export interface KeyFault {
  readonly code: 'duplicate-key' | 'syntax' | 'too-deep';
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

const maxFaults = 20;

/**
 * Keys that stand twice in one map, and keys that are maps or lists. `plain`: also keys that are no texts, which fold into one where a
 * reader makes texts of them (`1` and `"1"`), and `<<`, which some readers merge. The parser's own search for equal keys compares each
 * with each: a few thousand of them take it seconds.
 */
export function keyFaults(yaml: typeof Yaml, document: Yaml.Document, plain: boolean): readonly KeyFault[] {
  const faults: KeyFault[] = [];
  yaml.visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const fault = faultOf(yaml, { key, seen, plain });
        if (fault !== undefined) faults.push({ ...fault, ...placeOf(key) });
        if (faults.length >= maxFaults) return yaml.visit.BREAK;
      }
      return undefined;
    },
  });
  return faults;
}

interface SeenKey {
  readonly key: unknown;
  readonly seen: Set<string>;
  readonly plain: boolean;
}

function faultOf(yaml: typeof Yaml, { key, seen, plain }: SeenKey): Pick<KeyFault, 'code' | 'message'> | undefined {
  // An alias is the business of whoever asked for plain values.
  if (yaml.isAlias(key)) return undefined;
  if (!yaml.isScalar(key)) return { code: 'syntax', message: 'a key is a text, and this is a map or a list' };
  const name = String(key.value);
  if (seen.has(name)) return { code: 'duplicate-key', message: 'this key stands here twice' };
  seen.add(name);
  if (!plain) return undefined;
  if (typeof key.value !== 'string') return { code: 'syntax', message: 'a key is a text, and this is none; quote it' };
  if (name === '<<')
    return { code: 'syntax', message: '`<<` merges maps for some readers, and is a key for others; write the values once more' };
  return undefined;
}

function placeOf(key: unknown): Pick<KeyFault, 'offset' | 'length'> {
  const [start, end] = rangeOf(key) ?? [0, 1];
  return { offset: start, length: end - start };
}

/** Where a node of the parser's begins and ends. */
export function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  const end: unknown = node.range[1];
  return typeof start === 'number' && typeof end === 'number' ? [start, end] : undefined;
}
