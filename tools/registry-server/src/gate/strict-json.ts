import { Refusal } from './refusal.ts';

const maxDepth = 40;
/** Members and elements of all objects and lists together: a facts file of a large component has some ten thousand. */
const maxValues = 500_000;
const maxKeyLength = 512;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const opening = new Set([0x7b, 0x5b]);
const closing = new Set([0x7d, 0x5d]);

/** JSON from a stranger: UTF-8, bounded in depth and count before it is parsed, without keys that reach a prototype. */
export function strictJson(bytes: Buffer): unknown {
  judgeSize(bytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new Refusal({ code: 'MOBY-D415', message: 'the body is not JSON in UTF-8' });
  }
  judgeKeys(value);
  return value;
}

/** One pass over the bytes; strings are jumped over, as a tarball is most of a body. */
function judgeSize(bytes: Buffer): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) at = endOfString(bytes, at);
    else if (opening.has(byte)) {
      depth += 1;
      values += 1;
      if (depth > maxDepth) throw malformed(`values are nested more than ${maxDepth} deep`);
    } else if (closing.has(byte)) depth -= 1;
    else if (byte === comma) values += 1;
    if (values > maxValues) throw malformed(`more than ${maxValues} values`);
  }
}

function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(quote, start + 1); end >= 0; end = bytes.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (bytes[end - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return bytes.length;
}

function judgeKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (const item of items) judgeKeys(item);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) throw malformed(`\`${key}\` is no key that is taken`);
    if (key.length > maxKeyLength) throw malformed(`a key has more than ${maxKeyLength} characters`);
    judgeKeys(member);
  }
}

function malformed(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D422', message: `the body is not taken: ${why}` });
}
