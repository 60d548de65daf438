import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkout } from './run-cli.ts';

/** What a document of `--json` breaks of schemas/documents/NAME.v1.schema.json, each as `place: what`; empty where it is valid. */
export function documentFindings(name: string, document: unknown): readonly string[] {
  const schema: unknown = JSON.parse(readFileSync(join(checkout, 'schemas/documents', `${name}.v1.schema.json`), 'utf8'));
  if (typeof schema !== 'object' || schema === null) throw new TypeError(`${name} is no schema`);
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
}
