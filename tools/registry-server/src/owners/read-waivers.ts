import { join } from 'node:path';
import { catalogue, type Decider, type Waiver } from '@moby/governor';
import { readYaml, type Document } from '@moby/model';
import { Refusal } from '../gate/refusal.ts';
import { isJsonObject, type JsonObject } from '../storage/json-object.ts';
import { readBounded } from './read-bounded.ts';

/** Where the library's repository keeps what was decided for single releases. */
const policyFile = 'docs/governance/policy.yaml';
const maxFileBytes = 64 * 1024;
const deciders: readonly Decider[] = ['owner', 'steward', 'security-team'];
const texts = ['rule', 'package', 'version', 'by', 'reason'] as const;
const keys: readonly string[] = [...texts, 'dependents'];

/**
 * The waivers of the library, read anew for each release: one that was merged counts from the next one on. None where there is no such
 * file. Throws a `Refusal` where it can't be read: nobody knows then what was decided.
 */
export async function readWaivers(library: string): Promise<readonly Waiver[]> {
  const read = await readBounded(join(library, policyFile), maxFileBytes);
  if (read === undefined) return [];
  if (read === 'too-large') throw unreadable(`it is larger than ${maxFileBytes} bytes`);
  const parsed = await readYaml({ file: policyFile, text: read.text });
  if (!parsed.ok) throw unreadable(parsed.findings[0]?.message ?? 'it is no YAML');
  const { value } = parsed.value;
  if (!isJsonObject(value)) throw unreadable('it is no mapping');
  const unknown = Object.keys(value).find((key) => key !== 'waivers');
  if (unknown !== undefined) throw unreadable(`\`${unknown}\` is no key of it; \`waivers\` is`);
  const list = value['waivers'] ?? [];
  if (!Array.isArray(list)) throw unreadable('`waivers` is no list');
  return list.map((one: unknown, index) => waiverOf(one, index, parsed.value));
}

function waiverOf(value: unknown, index: number, document: Document): Waiver {
  const wrong = (why: string): Refusal => unreadable(`${why} (line ${document.placeOf(['waivers', index]).line})`);
  if (!isJsonObject(value)) throw wrong('a waiver is a mapping');
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw wrong(`\`${unknown}\` is no key of a waiver; ${keys.join(', ')} are`);
  const missing = texts.find((key) => typeof value[key] !== 'string' || value[key] === '');
  if (missing !== undefined) throw wrong(`a waiver says its \`${missing}\`, as a text`);
  const by = deciders.find((decider) => decider === value['by']);
  if (by === undefined) throw wrong(`\`by\` is one of ${deciders.join(', ')}`);
  const rule = textOf(value, 'rule');
  if (!catalogue.some(({ id }) => id === rule)) throw wrong(`\`${rule}\` is the number of no rule`);
  const { dependents } = value;
  if (dependents !== undefined && !isTexts(dependents)) throw wrong('`dependents` is a list of names');
  return {
    rule,
    package: textOf(value, 'package'),
    version: textOf(value, 'version'),
    by,
    reason: textOf(value, 'reason'),
    ...(dependents === undefined ? {} : { dependents }),
  };
}

function textOf(value: JsonObject, key: string): string {
  return String(value[key]);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function unreadable(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D432', message: `\`${policyFile}\` of the library can't be read, so nothing is published: ${why}` });
}
