import { expect, test } from 'vitest';
import { Refusal } from '../src/gate/refusal.ts';
import { strictJson } from '../src/gate/strict-json.ts';

test.each(['__proto__', '\\u005f_proto__', 'constructor', 'prototype'])(
  'the key %s is refused at any depth, and no object has anything of it',
  (key) => {
    const polluting = `{"${key}":{"polluted":1,"prototype":{"polluted":1}}}`;
    for (const text of [polluting, `[[${polluting}]]`, `{"versions":{"1.0.0":{"component":${polluting}}}}`]) {
      expect(() => strictJson(Buffer.from(text))).toThrow(Refusal);
      expect({}).not.toHaveProperty('polluted');
    }
  },
);

test('a value is what its text says, and nothing is merged into it', () => {
  const value = strictJson(Buffer.from('{"a":[1,{"b":"\\u005f_proto__"}]}'));
  expect(value).toEqual({ a: [1, { b: '__proto__' }] });
});
