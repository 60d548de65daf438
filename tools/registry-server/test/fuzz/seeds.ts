import { randomBytes } from 'node:crypto';
import type { Dice } from '@moby/testkit';
import { passwordOf, publishBody, publishPath, type Json } from '../running-server.ts';
import type { Draft } from './draft.ts';

export interface FuzzWorld {
  readonly tokens: readonly [string, ...string[]];
  /** A document as the server gave it, of a component that is published. */
  readonly document: Json;
}

const names = ['redis', 'a', 'zstd', 'runc', 'canary', 'a-b-c', '1', 'x'.repeat(64)] as const;
const users = ['carol', 'mike', 'stella', 'bo', 'nobody'] as const;
const tags = ['tested', 'latest', 'next', 'line-1.0', 'x'] as const;
const reads = [
  '',
  '/1.0.0',
  '/latest',
  '/next',
  '/-/redis-1.0.0.tgz',
  '/-/canary-1.0.0.tgz',
  '/-/canary-1.0.0.tgz/x',
  '/-rev/1',
  '?write=true',
  '?size=1',
] as const;
const ownPaths = [
  '/-/ping',
  '/-/whoami',
  '/-/healthz',
  '/-/readyz',
  '/-/all',
  '/-/npm/v1/user',
  '/-/npm/v1/keys',
  '/-/npm/v1/tokens',
  '/-/user/org.couchdb.user:mike',
  '/-/v1/search?text=redis',
  '/-/v1/search?text=redis&size=20&from=0&quality=0.65&popularity=0.98&maintenance=0.5',
  '/-/v1/search?text=&size=9999999&from=-1',
  '/-/all?local=1',
  '/-/package/@moby%2fcanary/dist-tags',
  '/-/static/x.js',
  '/-/web/detail/@moby/canary',
  '/-/verdaccio/data/packages',
  '/favicon.ico',
  '/',
] as const;

/** A request as a client of ours, or a stock one, makes it. */
export function seedDraft(dice: Dice, world: FuzzWorld): Draft {
  const name = `@moby/${dice.pick(names)}`;
  const path = dice.pick([publishPath(name), `/${name}`, `/${name.replace('@', '%40')}`]);
  const escaped = name.replace('/', '%2f');
  const put = (target: string, value: unknown): Draft => ({ ...read(target), method: 'PUT', body: { kind: 'json', value } });
  const read = (target: string): Draft => ({
    method: 'GET',
    target,
    version: 'HTTP/1.1',
    headers: [
      ['host', '127.0.0.1'],
      ['connection', 'close'],
      ['content-type', 'application/json'],
      ['accept', dice.pick(['application/json', 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*', '*/*'])],
      ...(dice.chance(85) ? [['authorization', `Bearer ${dice.pick(world.tokens)}`] as const] : []),
    ],
    body: undefined,
    framing: 'length',
  });
  switch (dice.roll(14)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const version = `1.${dice.roll(5)}.${dice.roll(30)}`;
      // The same bytes each time: most publishes of a long run are ones that are there already.
      const bytes = Buffer.from(`${name} ${version}`.repeat(1 + dice.roll(20)));
      return put(path, publishBody({ name, version, bytes, document: odds(dice) }));
    }
    case 4:
      return put('/@moby%2fcanary', { ...world.document, _attachments: {} });
    case 5:
      return put(`/-/package/${escaped}/dist-tags/${dice.pick(tags)}`, `1.0.${dice.roll(3)}`);
    case 6:
      return { ...read(`/-/package/${escaped}/dist-tags/${dice.pick(tags)}`), method: 'DELETE' };
    case 7:
      return { ...put(`/-/moby/v1/package/${escaped}/promote`, { version: `1.0.${dice.roll(3)}` }), method: 'POST' };
    case 8: {
      const user = dice.pick(users);
      return put(`/-/user/org.couchdb.user:${user}`, { name: user, password: passwordOf(dice.pick(users)), type: 'user', roles: [] });
    }
    case 9:
      return put(`${path}/-rev/1-${randomBytes(2).toString('hex')}`, { _id: name, _rev: '1', maintainers: [{ name: 'x', email: 'y' }] });
    case 10:
      return { ...read(dice.pick([`${path}/-rev/1`, `${path}/-/redis-1.0.0.tgz/-rev/1`, '/-/user/token/x'])), method: 'DELETE' };
    case 11:
    case 12:
      return read(`${path}${dice.pick(reads)}`);
    default:
      return read(dice.pick(ownPaths));
  }
}

/** Fields that a manifest may have, and that somebody reads. */
function odds(dice: Dice): Readonly<Record<string, unknown>> {
  if (dice.chance(30)) return {};
  return {
    keywords: ['one', 'two'],
    author: { name: 'x', email: 'y' },
    repository: { type: 'git', url: 'https://example.org/x.git' },
    scripts: { test: 'true' },
    dependencies: { '@moby/a': '^1' },
    component: { schemaVersion: 1, provides: [{ capability: 'api:x', version: '1.0.0' }] },
    readme: '# x',
  };
}
