import { textsOf } from '../json/walk-json.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const protoKeyNames: readonly string[] = ['__proto__', 'constructor', 'prototype'];

export const protoKeys: GovernanceRule = ofPackage({
  id: 'MOBY-M203',
  name: 'proto-keys',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A program that merges objects of JSON may write such a key into what all objects inherit.',
  examples: { fails: '`"env": {"__proto__": "x"}`', passes: '`"env": {"PROTO": "x"}`' },
  clauses: protoKeyNames.map((name) => ({
    name: `${name.replaceAll('_', '')}-key`,
    when: `a key of package.json is \`${name}\``,
    *find({ json }): Iterable<Found> {
      for (const { at, isKey, text } of textsOf(json))
        if (isKey && text === name) yield { at, key: true, message: `\`${name}\` can't be a key` };
    },
  })),
});
