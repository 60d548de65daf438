import type { Diagnostic } from './diagnostic.ts';
import type { Document } from './document.ts';
import { nearest } from './nearest.ts';
import type { SchemaError, SchemaName } from './generated/validators.ts';

/** What a document breaks of its schema, in the document's order; empty where it is valid. */
export async function validateDocument(document: Document, schema: SchemaName): Promise<readonly Diagnostic[]> {
  const { validators } = await import('./generated/validators.ts');
  const validate = validators[schema];
  if (validate(document.value)) return [];
  const findings = (validate.errors ?? [])
    .filter(speaksForItself)
    .slice(0, 50)
    .map((error) => toDiagnostic(document, error));
  const unique = new Map(findings.map((finding) => [`${finding.place?.line}:${finding.place?.column}:${finding.message}`, finding]));
  return [...unique.values()].sort(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

/** `if` and `propertyNames` only point at errors that are in the list themselves. */
function speaksForItself(error: SchemaError): boolean {
  return error.keyword !== 'if' && error.keyword !== 'propertyNames';
}

function toDiagnostic(document: Document, error: SchemaError): Diagnostic {
  const path = pathOf(document.value, error.instancePath);
  const place = document.placeOf(path);
  const name = path.length === 0 ? 'the document' : `\`${nameOf(path)}\``;
  if (error.propertyName !== undefined) {
    const keyPlace = document.placeOf([...path, error.propertyName], { key: true });
    return {
      severity: 'error',
      code: 'invalid-value',
      message: `\`${error.propertyName}\` can't be a key here: ${said(error)}`,
      place: keyPlace,
    };
  }
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty']);
      const known = error.parentSchema?.properties === undefined ? [] : Object.keys(error.parentSchema.properties);
      const meant = nearest(key, known);
      const note = meant === undefined ? { note: `known here: ${known.sort().join(', ')}` } : { note: `did you mean \`${meant}\`?` };
      const owner = path.length === 0 ? 'the document' : `\`${nameOf(path)}\``;
      return {
        severity: 'error',
        code: 'unknown-key',
        message: `\`${key}\` is not a key of ${owner}`,
        place: document.placeOf([...path, key], { key: true }),
        ...note,
      };
    }
    case 'required':
      return { severity: 'error', code: 'missing-key', message: `${name} lacks \`${String(error.params['missingProperty'])}\``, place };
    case 'type':
      return {
        severity: 'error',
        code: 'wrong-type',
        message: `${name} must be ${article(String(error.params['type']))}, not ${article(typeOf(valueAt(document.value, path)))}`,
        place,
      };
    case 'enum': {
      const allowed = Array.isArray(error.params['allowedValues']) ? error.params['allowedValues'].map(String) : [];
      const meant = nearest(String(valueAt(document.value, path)), allowed);
      return {
        severity: 'error',
        code: 'invalid-value',
        message: `${name} must be one of ${allowed.map((value) => `\`${value}\``).join(', ')}`,
        place,
        ...(meant === undefined ? {} : { note: `did you mean \`${meant}\`?` }),
      };
    }
    default:
      return { severity: 'error', code: 'invalid-value', message: `${name} ${said(error)}`, place };
  }
}

function said(error: SchemaError): string {
  if (error.keyword === 'pattern') {
    const described = error.parentSchema?.description;
    return described === undefined
      ? `must match ${String(error.params['pattern'])}`
      : `must be ${described}: ${String(error.params['pattern'])}`;
  }
  return error.message ?? `breaks the rule \`${error.keyword}\``;
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a mapping',
    array: 'a list',
    string: 'a text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    null: 'empty',
  };
  return type
    .split(',')
    .map((one) => names[one] ?? one)
    .join(' or ');
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `services[0].ports[1]`. */
function nameOf(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** A JSON pointer as keys and indexes: digits are numbers only where the parent is a list. */
function pathOf(root: unknown, pointer: string): readonly (string | number)[] {
  const path: (string | number)[] = [];
  let value = root;
  for (const raw of pointer.split('/').slice(1)) {
    const part = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(part) : part);
    value = childOf(value, part);
  }
  return path;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, part) => childOf(value, String(part)), root);
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}
