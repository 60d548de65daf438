import { createHash } from 'node:crypto';
import type { Dice } from '@moby/testkit';
import { isJsonObject, memberOf } from '../../src/storage/json-object.ts';
import { bodyBytes, type Draft, type Framing } from './draft.ts';

type Mutation = (draft: Draft, dice: Dice) => Draft;

const oddTexts = [
  '',
  '.',
  '..',
  '../../../../etc/passwd',
  '/',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'null',
  '0',
  '-1',
  '1e999',
  '\u0000',
  '\u202e\u0007\u001b[31m',
  '\ud800',
  '\uffff',
  '*',
  '%00',
  '%',
  'a'.repeat(300),
  'a'.repeat(70_000),
  '1.0.0',
  'banana',
  '@moby/redis',
  'latest',
] as const;

function oddValue(dice: Dice): unknown {
  switch (dice.roll(12)) {
    case 0:
      return null;
    case 1:
      return dice.chance(50);
    case 2:
      return dice.pick([0, -1, 1e308, 0.1, 2 ** 53, -0]);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return [[null], {}, 'x', 5];
    case 6:
      return JSON.parse('{"length": 5, "toString": "x", "then": 1}');
    case 7:
      return { type: 'Buffer', data: [1, 2, 3] };
    case 8:
      return JSON.parse('['.repeat(60) + ']'.repeat(60));
    case 9:
      return Array.from({ length: dice.roll(3000) }, (_, i) => i);
    default:
      return dice.pick(oddTexts);
  }
}

/** A copy of a value in which one place, anywhere in it, is another. */
function oddPlace(value: unknown, dice: Dice): unknown {
  if (dice.chance(25) || typeof value !== 'object' || value === null) return oddValue(dice);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const at = dice.roll(items.length + 1);
    return [...items.slice(0, at), oddPlace(items[at], dice), ...items.slice(at + 1)];
  }
  const members = Object.entries(value);
  const at = dice.roll(members.length + 1);
  const [key, member] = members[at] ?? [dice.pick(oddTexts), oddValue(dice)];
  const changed: readonly (readonly [string, unknown])[] = [
    ...members.slice(0, at),
    ...(dice.chance(12) ? [] : [[dice.chance(15) ? dice.pick(oddTexts) : key, dice.chance(75) ? oddPlace(member, dice) : member] as const]),
    ...members.slice(at + 1),
  ];
  return Object.fromEntries(changed);
}

const fields = [
  'author',
  'component',
  'dependencies',
  'deprecated',
  'description',
  'dist',
  'keywords',
  'license',
  'maintainers',
  'readme',
  'repository',
  'scripts',
  'version',
] as const;

/** Puts right what the digests of a publish say, so that what is odd about it is not refused for them alone. */
function withDigests(value: unknown): unknown {
  const attachments = Object.values(isJsonObject(memberOf(value, '_attachments')) ? Object(memberOf(value, '_attachments')) : {});
  const data = memberOf(attachments[0], 'data');
  const versions = memberOf(value, 'versions');
  if (typeof data !== 'string' || !isJsonObject(versions) || !isJsonObject(value)) return value;
  const bytes = Buffer.from(data, 'base64');
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const shasum = createHash('sha1').update(bytes).digest('hex');
  return {
    ...value,
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, document]) => [
        version,
        isJsonObject(document) ? { ...document, dist: { ...Object(document['dist']), integrity, shasum } } : document,
      ]),
    ),
  };
}

/** A publish in which one field of the version's document is odd: most of what a body says stands there. */
function oddDocument(value: unknown, dice: Dice): unknown {
  const versions = memberOf(value, 'versions');
  const [version] = isJsonObject(versions) ? Object.keys(versions) : [];
  if (!isJsonObject(value) || !isJsonObject(versions) || version === undefined) return oddPlace(value, dice);
  const document = memberOf(versions, version);
  const field = dice.pick(fields);
  const changed = isJsonObject(document) ? { ...document, [field]: oddPlace(document[field], dice) } : oddPlace(document, dice);
  return { ...value, versions: { ...versions, [version]: changed } };
}

const oddBody: Mutation = (draft, dice) => {
  if (draft.body?.kind !== 'json') return draft;
  const value = dice.chance(50) ? oddDocument(draft.body.value, dice) : oddPlace(draft.body.value, dice);
  return { ...draft, body: { kind: 'json', value: dice.chance(60) ? withDigests(value) : value } };
};

const interesting = [0, 0x0a, 0x0d, 0x22, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xff] as const;

/** Bytes changed, cut, doubled. */
export function damaged(bytes: Buffer, dice: Dice): Buffer {
  let copy = Buffer.from(bytes);
  for (let change = 1 + dice.roll(5); change > 0; change -= 1) {
    const at = dice.roll(copy.length + 1);
    const end = Math.min(copy.length, at + dice.roll(64));
    switch (dice.roll(6)) {
      case 0:
        copy = copy.subarray(0, at);
        break;
      case 1:
        copy = Buffer.concat([copy.subarray(0, end), copy.subarray(at)]);
        break;
      case 2:
        copy = Buffer.concat([copy.subarray(0, at), copy.subarray(end)]);
        break;
      default:
        copy = Buffer.from(copy);
        if (at < copy.length) copy[at] = dice.chance(50) ? dice.roll(256) : dice.pick(interesting);
    }
  }
  return copy;
}

const damagedBody: Mutation = (draft, dice) => ({ ...draft, body: { kind: 'bytes', bytes: damaged(bodyBytes(draft.body), dice) } });

const spellings = [
  '%2f',
  '%2F',
  '%252f',
  '%00',
  '%0a',
  '%5c',
  '\\',
  '//',
  '/./',
  '/../',
  '%2e%2e',
  ';x',
  '#',
  '%',
  '%zz',
  '%c0%af',
  '\u00e9',
  '?',
  '??',
  '*',
  ' ',
] as const;
const queries = [
  '?text[]=x',
  '?text=x&text=y',
  '?size=1e9',
  '?size=-1&from=99999999999',
  '?__proto__=1',
  '?text=%00',
  '?text=%ff',
  '?=',
  '?&&&',
  `?text=${'x'.repeat(2000)}`,
  '?text=a%20b&size=NaN',
] as const;
const targets = [
  '*',
  'http://127.0.0.1/@moby%2fredis',
  'https://evil/-/ping',
  '//evil/-/ping',
  '127.0.0.1:80',
  '',
  '/',
  'ftp://x',
  `/${'a'.repeat(20_000)}`,
  '/%2e%2e/%2e%2e/etc/passwd',
  '/\u0000',
] as const;

const oddTarget: Mutation = (draft, dice) => {
  if (dice.chance(20)) return { ...draft, target: dice.pick(targets) };
  if (dice.chance(25)) return { ...draft, target: `${draft.target.split('?')[0]}${dice.pick(queries)}` };
  const at = dice.roll(draft.target.length + 1);
  const end = Math.min(draft.target.length, at + dice.roll(3));
  return { ...draft, target: draft.target.slice(0, at) + dice.pick(spellings) + draft.target.slice(end) };
};

const methods = [
  'GET',
  'HEAD',
  'PUT',
  'POST',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'LOCK',
  'PRI',
  'get',
  'G ET',
  'QUERY',
  'X'.repeat(5000),
  'PUT\t',
  '',
] as const;
const oddMethod: Mutation = (draft, dice) => ({ ...draft, method: dice.pick(methods) });

const versions = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.', 'HTTP/9.9', 'http/1.1', '', 'HTTP/1.1 x'] as const;
const oddVersion: Mutation = (draft, dice) => ({ ...draft, version: dice.pick(versions) });

type Header = readonly [string, string];
const oddHeaders: readonly [Header, ...Header[]] = [
  ['host', ''],
  ['host', 'a b'],
  ['host', '127.0.0.1:99999999'],
  ['host', `${'a'.repeat(300)}.example`],
  ['content-length', '-1'],
  ['content-length', '99999999999999999999'],
  ['content-length', '0x10'],
  ['content-length', '5, 5'],
  ['transfer-encoding', 'chunked'],
  ['transfer-encoding', 'gzip, chunked'],
  ['transfer-encoding', 'chunked, identity'],
  ['transfer-encoding', ' chunked'],
  ['expect', '100-continue'],
  ['expect', '999-nonsense'],
  ['connection', 'upgrade'],
  ['upgrade', 'websocket'],
  ['upgrade', 'h2c'],
  ['http2-settings', 'AAMAAABkAAQCAAAAAAIAAAAA'],
  ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['connection', 'keep-alive, content-length'],
  ['authorization', 'Bearer '],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJuYW1lIjoic3RlbGxhIn0.'],
  ['authorization', 'Bearer eyJhbGciOiJIUzI1NiJ9.bnVsbA.AAAA'],
  ['authorization', 'Bearer eyJhbGciOiJIUzI1NiJ9.W10.AAAA'],
  ['authorization', `Bearer ${'a'.repeat(5000)}`],
  ['authorization', 'Basic bWlrZTpzZWNyZXQgb2YgbWlrZQ=='],
  ['authorization', '\u0080\u00ff'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'application/json; charset=\u00ff'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-type', 'text/plain'],
  ['content-type', 'application/x-www-form-urlencoded'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'br'],
  ['accept', ','.repeat(3000)],
  ['accept', 'application/vnd.npm.install-v1+json;q=NaN'],
  ['accept-encoding', 'gzip;q=0, br;q=x, *'],
  ['if-none-match', '*'],
  ['if-none-match', `"${'a'.repeat(3000)}"`],
  ['if-modified-since', 'never'],
  ['range', 'bytes=0-1,5-2,-99999999999'],
  ['x-forwarded-for', '1.1.1.1, \u00ff'],
  ['x-forwarded-proto', 'javascript'],
  ['x-forwarded-host', 'evil/x?y'],
  ['forwarded', 'for=_hidden'],
  ['x-moby-nonce', '0'.repeat(32)],
  ['x-moby-nonce', '\u0000'],
  ['x-http-method-override', 'PUT'],
  ['cookie', `a=${'b'.repeat(4000)}`],
  ['referer', '\u0001'],
  ['via', '1.1 verdaccio'],
  ['via', '1.1 server-id'],
  ['user-agent', '\u00e9\u0000'],
  ['npm-command', 'publish'],
  ['a\u0000b', 'x'],
  ['a b', 'x'],
  ['', 'x'],
  ['__proto__', 'x'],
  ['x-fold', 'a\r\n b'],
  ['x-split', 'a\r\nhost: evil'],
  ['x-lf', 'a\nb'],
  ['x-cr', 'a\rb'],
];

const oddHeader: Mutation = (draft, dice) => {
  const added = dice.pick(oddHeaders);
  const kept = draft.headers.filter(([name]) => dice.chance(50) || name !== added[0]);
  if (dice.chance(5)) return { ...draft, headers: [...kept, ...Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'y'] as const)] };
  return { ...draft, headers: dice.chance(50) ? [...kept, added] : [added, ...kept] };
};

const missingHeader: Mutation = (draft, dice) => {
  const at = dice.roll(draft.headers.length);
  return { ...draft, headers: draft.headers.filter((_, each) => each !== at) };
};

const framings: readonly [Framing, ...Framing[]] = ['longer', 'shorter', 'chunked', 'chunked', 'broken chunks', 'both', 'nothing'];
const oddFraming: Mutation = (draft, dice) => ({ ...draft, framing: dice.pick(framings) });

const mutations: readonly [Mutation, ...Mutation[]] = [
  oddBody,
  oddBody,
  oddBody,
  oddBody,
  oddBody,
  oddBody,
  oddBody,
  damagedBody,
  oddTarget,
  oddTarget,
  oddMethod,
  oddVersion,
  oddHeader,
  oddHeader,
  oddHeader,
  missingHeader,
  oddFraming,
];

/** A draft with a few things odd about it; now and then with none. */
export function mutated(draft: Draft, dice: Dice): Draft {
  let changed = draft;
  for (let count = dice.pick([0, 1, 1, 1, 1, 2, 2, 3]); count > 0; count -= 1) changed = dice.pick(mutations)(changed, dice);
  return changed;
}
