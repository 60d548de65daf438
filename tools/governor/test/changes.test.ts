import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeKinds, judge, type BumpReport } from '@moby/governor';
import { checkout } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { questionOf, type Change, type PackageJson, type PublishedChange } from './fixture.ts';

type Edit = (json: PackageJson) => void;
const same: Edit = () => {};

interface Compared {
  readonly before?: Edit;
  readonly now?: Edit;
  readonly package?: 'tini' | 'redis';
  readonly line?: string;
  /** npm's versions and upstream's; a revision of the same upstream without them. */
  readonly upstream?: readonly [npmVersion: string, upstream: string];
  readonly files?: Change['files'];
  readonly filesBefore?: PublishedChange['files'];
}

/** The next release of the real package, beside one that differs in nothing but what is said. */
async function bumpOf({
  before = same,
  now = same,
  package: name = 'tini',
  line,
  upstream,
  ...more
}: Compared): Promise<BumpReport | undefined> {
  const [old, next] = name === 'tini' ? ['0.19.1', '0.19.2'] : ['8.0.201', '8.0.202'];
  const question = await questionOf({
    package: name,
    json: (json) => {
      json.version = upstream?.[0] ?? next;
      if (upstream !== undefined) json.component.upstream.version = upstream[1];
      now(json);
    },
    ...(line === undefined ? {} : { line }),
    ...(more.files === undefined ? {} : { files: more.files }),
    published: [{ npmVersion: old, identical: true, json: before, ...(more.filesBefore === undefined ? {} : { files: more.filesBefore }) }],
  });
  return (await judge(question)).bump;
}

async function changesOf(compared: Compared): Promise<readonly string[]> {
  return ((await bumpOf(compared))?.witnesses ?? []).map(({ change, about, sentence }) => `${change} ${about}: ${sentence}`);
}

const amd64 = (json: PackageJson): PackageJson => json.component.payload.platforms['linux/amd64'];
const ofService = (change: Edit) => (json: PackageJson) => change(json.component.service);
const ownFiles = (json: PackageJson): void => {
  json.files.push('files');
  amd64(json).sources.push({ kind: 'files' });
};

describe('the bump that is announced', () => {
  test.each([
    ['0.19.2', '0.19.0', 'patch'],
    ['0.19.101', '0.19.1', 'patch'],
    ['0.20.1', '0.20.0', 'minor'],
    ['1.0.1', '1.0.0', 'major'],
  ])('%s after 0.19.1 is told by upstream’s numbers, %s', async (npmVersion, upstream, declared) => {
    expect(await bumpOf({ upstream: [npmVersion, upstream] })).toMatchObject({
      declared,
      required: 'none',
      witnesses: [],
      baseline: '0.19.0+r1',
    });
  });
});

describe('the bump that a change asks for', () => {
  const offer: Edit = (json) => (json.component.provides = { ...json.component.provides, 'api:x': '1.0.0' });
  const need: Edit = (json) => (json.component.requires = { dbus: '*' });
  const required = async (compared: Compared): Promise<string | undefined> => (await bumpOf(compared))?.required;

  test('is eased in a line of patches: a need always, an offer where upstream moved, a break never', async () => {
    const redis = (compared: Compared): Promise<string | undefined> => required({ ...compared, package: 'redis' });
    const upstream = ['8.0.301', '8.0.3'] as const;
    expect(await redis({ now: offer, line: '8.0' })).toBe('minor');
    expect(await redis({ now: offer, line: '8.0', upstream })).toBe('patch');
    expect(await redis({ now: offer, line: '8', upstream })).toBe('minor');
    expect(await redis({ now: need, line: '8.0' })).toBe('patch');
    expect(await redis({ now: need, line: '8' })).toBe('minor');
    expect(await redis({ before: offer, line: '8.0', upstream })).toBe('major');
    expect(await redis({ before: offer, line: '8', upstream })).toBe('major');
  });

  test('below 1.0.0 is minor for a break, and eased for the rest in every line', async () => {
    const upstream = ['0.19.101', '0.19.1'] as const;
    for (const line of ['0', '0.19']) {
      expect(await required({ before: offer, line, upstream })).toBe('minor');
      expect(await required({ now: offer, line })).toBe('minor');
      expect(await required({ now: offer, line, upstream })).toBe('patch');
      expect(await required({ now: need, line })).toBe('patch');
    }
    expect(await required({ before: offer, line: '1', upstream: ['1.0.1', '1.0.0'] })).toBe('major');
  });

  test('is not eased between lines', async () => {
    expect(await bumpOf({ now: offer, line: '0.20', upstream: ['0.20.1', '0.20.0'] })).toMatchObject({
      declared: 'minor',
      required: 'minor',
    });
  });

  test('is the greatest of all, and its witnesses come first', async () => {
    const bump = await bumpOf({ package: 'redis', line: '8', now: need, before: ofService((service) => service.ports.push(1)) });
    expect(bump?.required).toBe('major');
    expect(bump?.witnesses.map(({ change, requires }) => `${change} ${requires}`)).toEqual(['port-removed major', 'need-added minor']);
  });
});

describe('kinds of change', () => {
  test('have names of their own, and say where they are laid down', () => {
    expect(new Set(changeKinds.map(({ id }) => id)).size).toBe(changeKinds.length);
    for (const { id, when, reference } of changeKinds) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(when).toMatch(/^[a-z]/);
      const [page = '', anchor] = reference.split('#');
      const text = readFileSync(join(checkout, 'docs', 'reference', page), 'utf8');
      const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-'));
      if (anchor !== undefined) expect(headings, id).toContain(anchor);
    }
  });

  test('a path that the packager made is gone: a link, a folder, a join, a file', async () => {
    const before: Edit = (json) => {
      ownFiles(json);
      Object.assign(amd64(json), {
        directories: { 'var/lib/tini': '0755' },
        joins: { 'etc/tini.conf': 'etc/tini.conf.d/*' },
      });
      amd64(json).links['usr/lib/tini'] = 'x';
    };
    const found = await changesOf({ before, filesBefore: { 'files/etc/own': 'x' } });
    expect(found.filter((one) => one.startsWith('path-removed'))).toEqual([
      'path-removed /etc/own: /etc/own is gone',
      'path-removed /etc/tini.conf: /etc/tini.conf is gone',
      'path-removed /usr/lib/tini: /usr/lib/tini is gone',
      'path-removed /var/lib/tini: /var/lib/tini is gone',
    ]);
  });

  test('a path is still there: made in another way, kept by name or pattern, or a folder of what is there', async () => {
    const before: Edit = (json) =>
      (amd64(json).directories = {
        'usr/bin': '0755',
        'etc/own': '0755',
        'usr/bin/tini-static': '0755',
        'usr/share/doc/tini': '0755',
        'var/lib/tini': '0755',
      });
    const now: Edit = (json) => {
      ownFiles(json);
      amd64(json).links['var/lib/tini'] = '/data';
      amd64(json).sources[0].keep.push('usr/share/doc/**');
    };
    expect(await changesOf({ before, now, files: { 'files/etc/own/tini': 'x' } })).toEqual([
      'package-changed files/etc/own/tini: `files/etc/own/tini` is new',
    ]);
  });

  test('a program that is gone is told of once', async () => {
    const found = await changesOf({
      before: (json) => (amd64(json).links['usr/bin/tini-old'] = 'tini-static'),
      filesBefore: { 'facts.json': withLink('/usr/bin/tini-old') },
    });
    expect(found).toEqual(['offer-removed tini-old: /usr/bin/tini-old is gone', 'package-changed facts.json: `facts.json` is another']);
  });

  test('an init mounts control groups of another version, a runtime works in fewer', async () => {
    const init = (cgroup: string) => (json: PackageJson) => Object.assign(json.component, { kind: 'init', init: { cgroup } });
    expect(await changesOf({ before: init('v1'), now: init('v2') })).toEqual(['control-groups-narrowed v2: it mounts v2, and mounted v1']);
    const runtime =
      (program: string, ...cgroup: readonly string[]) =>
      (json: PackageJson) =>
        Object.assign(json.component, { kind: 'runtime', runtime: { program, cgroup } });
    expect(await changesOf({ before: runtime('/usr/bin/tini', 'v2', 'v1'), now: runtime('/usr/bin/docker-init', 'v1', 'hybrid') })).toEqual(
      [
        'control-groups-narrowed v2: it doesn’t work in v2 any more',
        'default-changed runtime.program: the runtime is /usr/bin/docker-init',
      ],
    );
  });

  test('a recommendation is narrower; a wider one is nothing', async () => {
    const recommends = (range: string) => (json: PackageJson) => (json.component.recommends = { dbus: range });
    expect(await changesOf({ before: recommends('>=1'), now: recommends('^1.14') })).toEqual([
      'recommendation-added dbus: it recommends dbus ^1.14, and recommended >=1',
    ]);
    expect(await changesOf({ before: recommends('^1.14'), now: recommends('>=1') })).toEqual([]);
  });

  test('each default of the service', async () => {
    const now = ofService((service) =>
      Object.assign(service, {
        after: ['dbus'],
        args: ['/usr/bin/redis-server'],
        cwd: '/',
        env: { A: 'b' },
        memory: '1GB',
        pids: 1,
        ready: { file: '/run/x' },
        restart: 'no',
        tmpfs: [],
      }),
    );
    const found = await changesOf({ package: 'redis', now });
    expect(found.map((one) => one.slice(0, one.indexOf(':')))).toEqual(
      ['after', 'args', 'cwd', 'env', 'memory', 'pids', 'ready', 'restart', 'tmpfs'].map((key) => `default-changed service.${key}`),
    );
  });

  test('privileges apart from ports and kernel modules, which are told as offers and needs', async () => {
    const now: Edit = (json) => {
      json.component.service.ports.push(6380);
      json.component.service.syscalls = ['bpf'];
      json.component.kernel = { modules: ['tun'] };
    };
    expect(await changesOf({ package: 'redis', now })).toEqual([
      'port-added 6380: it listens on port 6380',
      'need-added tun: it needs the module tun of the kernel, which the old one doesn’t',
      'privilege-added bpf: it may call bpf',
    ]);
  });

  test('ports of a network of its own are no offer', async () => {
    const closed = ofService((service) => (service.network = 'none'));
    expect(await changesOf({ package: 'redis', now: closed })).toEqual(['port-removed 6379: it no longer listens on port 6379']);
  });

  test('other bytes; facts that follow from them aren’t told of beside them', async () => {
    const digest = `sha256:${'1'.repeat(64)}`;
    const filesBefore = { 'facts.json': withLink('/usr/share/x') };
    expect(await changesOf({ before: (json) => (amd64(json).digest = digest), filesBefore })).toEqual([
      'payload-changed linux/amd64: the payload for linux/amd64 has other bytes',
    ]);
    expect(await changesOf({ filesBefore })).toEqual(['package-changed facts.json: `facts.json` is another']);
  });

  test('what the package says of itself, and its files other than README and licence', async () => {
    const before: Edit = (json) => {
      json.component.category = 'other';
      json.component.upstream.license = 'ISC';
      json.component.upstream.homepage = 'https://example.org/';
    };
    const filesBefore = { 'README.md': 'another', LICENSE: 'another', 'files/x': 'gone' };
    expect(await changesOf({ before, filesBefore })).toEqual([
      'package-changed category: `category` is another',
      'package-changed upstream.license: `upstream.license` is another',
      'package-changed upstream.homepage: `upstream.homepage` is another',
      'package-changed files/x: `files/x` is gone',
    ]);
  });

  test('needs that are gone are told, and ask for a patch', async () => {
    const bump = await bumpOf({ before: (json) => (json.component.requires = { dbus: '*' }) });
    expect(bump).toMatchObject({ required: 'patch', witnesses: [{ change: 'harmless-change', about: 'dbus' }] });
  });

  test('facts that one of the releases lacks leave the manifests to compare', async () => {
    const bump = await bumpOf({
      before: (json) => (json.component.provides = { 'api:tini': '1.0.0' }),
      filesBefore: { 'facts.json': undefined },
    });
    expect(bump?.witnesses.map(({ change, about }) => `${change} ${about}`)).toEqual([
      'offer-removed api:tini',
      'package-changed facts.json',
    ]);
  });
});

function withLink(path: string): string {
  const facts: PackageJson = JSON.parse(readFileSync(join(import.meta.dirname, 'packages/tini/facts.json'), 'utf8'));
  facts.platforms['linux/amd64'].links[path] = 'tini-static';
  return JSON.stringify(facts);
}

test('facts whose links lead round and round are refused, and what can’t be compared is for a person to decide', async () => {
  const facts: PackageJson = JSON.parse(readFileSync(join(import.meta.dirname, 'packages/tini/facts.json'), 'utf8'));
  const winding = 'x/../'.repeat(800);
  for (let index = 0; index < 100; index += 1)
    facts.platforms['linux/amd64'].links[`/usr/lib/l${index}`] = `/${winding}usr/lib/l${index + 1}`;
  const question = await questionOf({
    json: (json) => (json.version = '0.19.2'),
    files: { 'facts.json': JSON.stringify(facts) },
    published: [{ npmVersion: '0.19.1' }],
  });
  const { findings } = await judge(question);
  const tooLong = 'the links and libraries take more than 67108864 steps to follow';
  expect(findings.map(({ name, message }) => `${name}: ${message}`)).toEqual([
    `undecidable: this can’t be compared with 0.19.0+r1: ${tooLong}`,
    `digests: nobody can say what follows from facts.json: ${tooLong}`,
  ]);
});
