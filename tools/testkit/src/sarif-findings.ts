import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';

/** What a log breaks of the official schema of SARIF 2.1.0, each as `place: what`; empty where it is valid. */
export function sarifFindings(log: unknown): readonly string[] {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof read !== 'object' || read === null) throw new TypeError('the schema is no object');
  // It is of draft 4, whose `id` and `$schema` ajv doesn't know; it uses nothing else that is different since.
  const schema = Object.fromEntries(Object.entries(read).filter(([key]) => key !== 'id' && key !== '$schema'));
  const validate = new Ajv({ allErrors: true, strict: false, formats, unicodeRegExp: false }).compile(schema);
  validate(log);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
}

/** A URI is absolute (RFC 3986, section 4.3); a reference may be relative to one. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  uri: (text) => URL.canParse(text),
  'uri-reference': (text) => URL.canParse(text, 'https://example.org/'),
  'date-time': (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text),
};
