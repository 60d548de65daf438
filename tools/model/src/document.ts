import type * as Yaml from 'yaml';
import type { Diagnostic, Judged, Place } from './diagnostic.ts';
import { keyFaults, rangeOf, type KeyFault } from './yaml-keys.ts';

/** JSON or YAML as it was read, with the places of its values. */
export interface Document {
  readonly file: string;
  readonly value: unknown;
  /** The place of a value, or (`key: true`) of the key that it stands under; the nearest parent where it is missing. */
  readonly placeOf: (path: readonly (string | number)[], options?: { readonly key?: boolean }) => Place;
}

export interface DocumentLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export const documentLimits: DocumentLimits = { maxBytes: 4 * 1024 * 1024, maxDepth: 32 };

const maxAliases = 100;

/** JSON from a file: strict, and positions are looked up only when somebody asks. */
export async function readJson(options: {
  readonly file: string;
  readonly text: string;
  readonly limits?: DocumentLimits;
}): Promise<Judged<Document>> {
  const limits = options.limits ?? documentLimits;
  const tooLarge = judgeSize(options.file, options.text, limits);
  if (tooLarge !== undefined) return { ok: false, findings: [tooLarge] };
  let value: unknown;
  try {
    value = JSON.parse(options.text);
  } catch {
    const document = await readYaml({ ...options, json: true });
    if (!document.ok) return document;
    return {
      ok: false,
      findings: [{ severity: 'error', code: 'syntax', message: 'this is not JSON', place: placeAt(options.file, options.text, 0, 1) }],
    };
  }
  if (depthOf(value, limits.maxDepth) > limits.maxDepth) return { ok: false, findings: [tooDeep(options.file, options.text, limits)] };
  const yaml = await import('yaml');
  return {
    ok: true,
    value: { file: options.file, value, placeOf: lazily(() => placesOf(yaml, options.file, options.text)) },
    findings: [],
  };
}

/**
 * YAML 1.2 core schema, one document, unique keys. `plain`: without directives, anchors, aliases, tags, keys that are no texts, and anything the
 * parser warns of.
 */
export async function readYaml(options: {
  readonly file: string;
  readonly text: string;
  readonly limits?: DocumentLimits;
  readonly json?: boolean;
  readonly plain?: boolean;
}): Promise<Judged<Document>> {
  const { file, text } = options;
  const limits = options.limits ?? documentLimits;
  const tooLarge = judgeSize(file, text, limits);
  if (tooLarge !== undefined) return { ok: false, findings: [tooLarge] };
  const yaml = await import('yaml');
  const document = yaml.parseDocument(text, {
    uniqueKeys: false,
    prettyErrors: false,
    ...(options.json === true ? { schema: 'json' as const } : {}),
  });
  const wrong = wrongIn(yaml, document, options.plain === true);
  if (wrong.length > 0) {
    const findings = wrong.slice(0, 20).map(({ code, message, offset, length }): Diagnostic => ({
      severity: 'error',
      code,
      message,
      place: placeAt(file, text, offset, length),
    }));
    return { ok: false, findings };
  }
  const adorned = options.plain === true ? adornmentOf(yaml, document, text) : undefined;
  if (adorned !== undefined) {
    const { message, offset } = adorned;
    return { ok: false, findings: [{ severity: 'error', code: 'syntax', message, place: placeAt(file, text, offset, 1) }] };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch {
    const message = `more than ${maxAliases} aliases are resolved`;
    return { ok: false, findings: [{ severity: 'error', code: 'too-large', message, place: placeAt(file, text, 0, 1) }] };
  }
  if (depthOf(value, limits.maxDepth) > limits.maxDepth) return { ok: false, findings: [tooDeep(file, text, limits)] };
  return { ok: true, value: { file, value, placeOf: lazily(() => placesOf(yaml, file, text)) }, findings: [] };
}

/** What the parser says against a document; where it says nothing, what is wrong with its keys. */
function wrongIn(yaml: typeof Yaml, document: Yaml.Document, plain: boolean): readonly KeyFault[] {
  if (document.errors.length === 0) return keyFaults(yaml, document, plain);
  return document.errors.map(({ code, message, pos: [start, end] }) => {
    const place = { offset: start, length: end - start };
    if (code === 'MULTIPLE_DOCS') return { code: 'syntax', message: 'a second document begins here; a file is one', ...place };
    if (code === 'RESOURCE_EXHAUSTION') return { code: 'too-deep', message: 'values are nested too deep to be read', ...place };
    return { code: 'syntax', message: firstLine(message), ...place };
  });
}

/** The first thing of a document that a list of plain values has no use for. */
function adornmentOf(
  yaml: typeof Yaml,
  document: Yaml.Document,
  text: string,
): { readonly message: string; readonly offset: number } | undefined {
  const directive = /^%/m.exec(text);
  if (directive !== null)
    return { message: 'a line begins with `%`, which is a directive of YAML; write plain values', offset: directive.index };
  let found: { readonly message: string; readonly offset: number } | undefined;
  yaml.visit(document, {
    Node(_key, node) {
      const offset = rangeOf(node)?.[0] ?? 0;
      if (yaml.isAlias(node)) found = { message: 'this is an alias of YAML; write the value once more', offset };
      else if (node.anchor !== undefined) found = { message: 'this has an anchor of YAML; write it without', offset };
      else if (node.tag !== undefined) found = { message: 'this has a tag of YAML; write it without', offset };
      return found === undefined ? undefined : yaml.visit.BREAK;
    },
  });
  if (found !== undefined) return found;
  const [warning] = document.warnings;
  return warning === undefined ? undefined : { message: firstLine(warning.message), offset: warning.pos[0] };
}

type PlaceOf = Document['placeOf'];

function lazily(make: () => PlaceOf): PlaceOf {
  let made: PlaceOf | undefined;
  return (path, options) => (made ??= make())(path, options);
}

function placesOf(yaml: typeof Yaml, file: string, text: string): PlaceOf {
  const document = yaml.parseDocument(text, { uniqueKeys: false, prettyErrors: false });
  return (path, options) => {
    let node: unknown = document.contents;
    let range = rangeOf(node);
    for (const [index, part] of path.entries()) {
      const last = index === path.length - 1;
      if (yaml.isAlias(node)) node = node.resolve(document);
      if (yaml.isMap(node)) {
        const pair = node.items.find((item) => yaml.isScalar(item.key) && String(item.key.value) === String(part));
        if (pair === undefined) break;
        range = (last && options?.key === true ? rangeOf(pair.key) : (rangeOf(pair.value) ?? rangeOf(pair.key))) ?? range;
        node = pair.value;
      } else if (yaml.isSeq(node)) {
        const item: unknown = node.items[Number(part)];
        if (item === undefined) break;
        range = rangeOf(item) ?? range;
        node = item;
      } else break;
    }
    return placeAt(file, text, range?.[0] ?? 0, range === undefined ? 1 : range[1] - range[0]);
  };
}

/** The place of an offset in a text; the marked length stays within its line. */
export function placeAt(file: string, text: string, offset: number, length: number): Place {
  const at = Math.min(Math.max(offset, 0), text.length);
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  const line = text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
  let number = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) number += 1;
  const column = at - start + 1;
  return { file, line: number, column, length: Math.max(1, Math.min(length, line.length - column + 1)), text: line };
}

function judgeSize(file: string, text: string, limits: DocumentLimits): Diagnostic | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.maxBytes) return undefined;
  return { severity: 'error', code: 'too-large', message: `\`${file}\` has ${bytes} bytes; at most ${limits.maxBytes} are read` };
}

function tooDeep(file: string, text: string, limits: DocumentLimits): Diagnostic {
  return {
    severity: 'error',
    code: 'too-deep',
    message: `values are nested more than ${limits.maxDepth} deep`,
    place: placeAt(file, text, 0, 1),
  };
}

function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit < 0) return 1;
  let deepest = 0;
  for (const child of Object.values(value)) deepest = Math.max(deepest, depthOf(child, limit - 1));
  return deepest + 1;
}

function firstLine(text: string): string {
  const line = (text.split('\n')[0] ?? text).replace(/\.$/, '');
  return line.charAt(0).toLowerCase() + line.slice(1);
}
