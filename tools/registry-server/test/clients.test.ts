import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { builtComponent, edit, type ComponentText } from './component.ts';
import { prepareRoot, publishPath, startServer, type Json, type RunningServer } from './running-server.ts';
import { stockClient, type Program, type Said, type StockClient } from './stock-clients.ts';

// Clients as they are installed, each a process of its own, before a registry with the governor's rules.
let server: RunningServer;
let root: string;
let work: string;
let carol: StockClient;
let mike: StockClient;
let stella: StockClient;

beforeAll(async () => {
  [root, work] = [temporaryFolder(), temporaryFolder()];
  server = await startServer({ ...prepareRoot(root), rules: 'governor' });
  [carol, mike, stella] = [await client('npm', 'carol'), await client('npm', 'mike'), await client('npm', 'stella')];
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
  await removeFolder(work);
});

async function client(program: Program, user: string): Promise<StockClient> {
  const made = stockClient(program, { registry: server.url, token: await server.login(user), below: work });
  writeFileSync(join(made.folder, 'package.json'), '{ "name": "project", "version": "1.0.0", "license": "MIT" }\n');
  return made;
}

function component(text: ComponentText): Promise<string> {
  return builtComponent({ ...text, below: work });
}

/** What it printed; fails where it failed. */
async function done(said: Promise<Said>): Promise<string> {
  const { exitCode, stdout, stderr } = await said;
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** What npm says went wrong, a line each, without the marks that it puts before. */
async function failed(said: Promise<Said>): Promise<readonly string[]> {
  const { exitCode, stderr } = await said;
  expect(exitCode).toBe(1);
  return stderr.split('\n').flatMap((line) => /^npm error (?:[0-9]{3} )?(.*)$/.exec(line)?.[1] ?? []);
}

async function packument(name: string): Promise<Json> {
  return (await server.ask({ path: publishPath(name) })).json;
}

function installed(place: StockClient, name: string): unknown {
  return JSON.parse(readFileSync(join(place.folder, 'node_modules', name, 'package.json'), 'utf8')).version;
}

describe('npm', () => {
  test('publishes, installs and shows a component', { timeout: 60_000 }, async () => {
    const folder = await component({ name: 'hello', manifest: { provides: { 'api:greeting': '1.0.0' } } });
    expect(await done(carol.run('publish', folder))).toBe('+ @moby/hello@1.0.1\n');
    expect((await packument('@moby/hello'))['dist-tags']).toEqual({ next: '1.0.1', 'line-1.0': '1.0.1' });
    await done(mike.run('install', '@moby/hello'));
    expect([installed(mike, '@moby/hello'), existsSync(join(mike.folder, 'node_modules/@moby/hello/facts.json'))]).toEqual(['1.0.1', true]);
    // Nobody has promoted it: there is no `latest` to be shown.
    expect(await done(mike.run('view', '@moby/hello'))).toBe('');
    const view = JSON.parse(await done(mike.run('view', '@moby/hello@next', '--json')));
    expect(view).toMatchObject({ name: '@moby/hello', version: '1.0.1', component: { kind: 'config' }, maintainers: [{ name: 'carol' }] });
  });

  test('prints what the rules find, each on a line of its own with its number', { timeout: 60_000 }, async () => {
    const folder = edit(await component({ name: 'ruled' }), 'package.json', (json) => {
      Object.assign(json, { license: 'NOPE', scripts: { postinstall: 'true' } });
    });
    const lines = await failed(carol.run('publish', folder));
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/ - MOBY-D424 refused-by-rules: the rules don't let @moby\/ruled@1\.0\.1 pass$/),
        expect.stringMatching(/^MOBY-M210 licence: `NOPE` is no SPDX expression/),
        expect.stringMatching(/^MOBY-P705 no-lifecycle: a component has no `scripts`/),
      ]),
    );
    expect(lines.join('\n')).not.toContain(root);
  });

  test('names a line by its tag, which is refused where it is another’s', { timeout: 60_000 }, async () => {
    const folder = await component({ name: 'lined', upstream: '1.4.7' });
    expect((await failed(carol.run('publish', folder, '--tag', 'line-2'))).join('\n')).toContain(
      'MOBY-D431 wrong-line: 1.4.701 is not of the line 2: leave the tag away, or name its own, as --tag line-1.4',
    );
    await done(carol.run('publish', folder, '--tag', 'line-1'));
    expect(await done(carol.run('dist-tag', 'ls', '@moby/lined'))).toBe('line-1: 1.4.701\nnext: 1.4.701\n');
  });

  test('names a tag of its own, where it may', { timeout: 60_000 }, async () => {
    const folder = await component({ name: 'early' });
    expect((await failed(carol.run('publish', folder, '--tag', 'beta'))).join('\n')).toContain(
      'MOBY-D403 role-may-not: `carol` is a contributor, who may not tag; maintainer, steward may; publish without `--tag`',
    );
    await done(stella.run('publish', folder, '--tag', 'beta'));
    expect((await packument('@moby/early'))['dist-tags']).toEqual({ next: '1.0.1', 'line-1.0': '1.0.1', beta: '1.0.1' });
  });

  test('deprecates, and is told who may', { timeout: 60_000 }, async () => {
    const said = await failed(carol.run('deprecate', '@moby/hello@1.0.1', 'old'));
    expect(said.join('\n')).toContain('MOBY-D403 role-may-not: `carol` is a contributor, who may not deprecate; maintainer, steward may');
    await done(stella.run('deprecate', '@moby/hello@1.0.1', '[yanked] greets nobody'));
    expect((await packument('@moby/hello')).versions['1.0.1'].deprecated).toBe('[yanked] greets nobody');
    await done(stella.run('deprecate', '@moby/hello@1.0.1', ''));
    expect((await packument('@moby/hello')).versions['1.0.1']).not.toHaveProperty('deprecated');
  });

  test('adds and removes owners, who may then publish', { timeout: 60_000 }, async () => {
    const folder = await component({ name: 'hello', revision: 2, manifest: { provides: { 'api:greeting': '1.0.0' } } });
    expect((await failed(mike.run('publish', folder))).join('\n')).toContain('MOBY-D426 not-an-owner: `@moby/hello` belongs to `carol`');
    expect(await done(stella.run('owner', 'add', 'mike', '@moby/hello'))).toBe('+ mike (@moby/hello)\n');
    expect(await done(mike.run('owner', 'ls', '@moby/hello'))).toBe('carol <>\nmike <>\n');
    await done(mike.run('publish', folder));
    expect(await done(stella.run('owner', 'rm', 'carol', '@moby/hello'))).toBe('- carol (@moby/hello)\n');
    expect((await failed(stella.run('owner', 'add', 'nobody', '@moby/hello'))).join('\n')).toContain(
      '`nobody` is no user of this registry',
    );
    expect((await failed(carol.run('owner', 'add', 'carol', '@moby/hello'))).join('\n')).toContain('MOBY-D403 role-may-not');
  });

  test('sets tags and takes them away, other than the registry’s own', { timeout: 60_000 }, async () => {
    expect(await done(mike.run('dist-tag', 'add', '@moby/hello@1.0.1', 'tested'))).toBe('+tested: @moby/hello@1.0.1\n');
    expect(await done(mike.run('dist-tag', 'rm', '@moby/hello', 'tested'))).toBe('-tested: @moby/hello@1.0.1\n');
    expect((await failed(mike.run('dist-tag', 'add', '@moby/hello@1.0.2', 'latest'))).join('\n')).toContain('MOBY-D411 own-tag');
  });

  test('finds a component by what it offers', { timeout: 60_000 }, async () => {
    expect(await done(carol.run('search', 'api:greeting'))).toMatch(/^@moby\/hello\n[^]*Version 1\.0\.2 published 20[0-9-]+ by mike\n/);
    expect(await done(carol.run('search', 'api:nothing'))).toBe('No matches found for "api:nothing"\n');
  });

  test('unpublishes nothing, and is told what to do', { timeout: 60_000 }, async () => {
    expect((await failed(mike.run('unpublish', '@moby/hello@1.0.1'))).join('\n')).toContain('MOBY-D406 never-unpublished');
    expect(Object.keys((await packument('@moby/hello')).versions)).toEqual(['1.0.1', '1.0.2']);
  });
});

describe.each(['pnpm', 'yarn'] as const)('%s', (program) => {
  test('publishes and installs a component', { timeout: 60_000 }, async () => {
    const place = await client(program, 'carol');
    const quietly = program === 'pnpm' ? ['--no-git-checks'] : ['--non-interactive'];
    const name = `of-${program}`;
    await done(place.run('publish', await component({ name }), ...quietly));
    const { versions, 'dist-tags': tags } = await packument(`@moby/${name}`);
    expect([versions['1.0.1'].dist.payload, tags]).toEqual(['proven', { next: '1.0.1', 'line-1.0': '1.0.1' }]);
    await done(place.run('add', `@moby/${name}@next`));
    expect(installed(place, `@moby/${name}`)).toBe('1.0.1');
    const folder = edit(await component({ name: `ruled-${program}` }), 'package.json', (json) => (json['license'] = 'NOPE'));
    const { exitCode, stdout, stderr } = await place.run('publish', folder, ...quietly);
    expect([exitCode, `${stdout}${stderr}`]).toEqual([1, expect.stringContaining('MOBY-M210')]);
  });
});

test('no request was a bug of the server', () => {
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
});
