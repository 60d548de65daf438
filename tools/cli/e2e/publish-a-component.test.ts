import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { beforeAll, expect, test } from 'vitest';
import { passwordOf } from '../../registry-server/test/running-server.ts';
import { newArchive } from './new-archive.ts';
import { sharedPublishWorld } from './publish-world.ts';

const registry = sharedPublishWorld();
const page = readFileSync(join(checkout, 'docs/how-to/publish-a-component.md'), 'utf8');

/** A daemon and two libraries of a small archive stand for those of Debian's. */
const names: readonly (readonly [string, string])[] = [
  ['memcached', 'greeter'],
  ['libevent', 'libgreet'],
  ['libsasl2', 'libbase'],
  ['1.6.38', '1.2.3'],
  ['--username ann', '--username mike'],
];

/** What is typed, line by line, with the words of a POSIX shell: plain ones, and those in double quotes. */
function typedCommands(): readonly (readonly string[])[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const text = names
    .reduce((all, [from, to]) => all.replaceAll(from, to), blocks.join(''))
    .replaceAll('https://components.example', registry.url);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));
}

beforeAll(() => registry.world.archive.publish(newArchive()).then(() => undefined));

test('every command of the how-to works as it stands', { timeout: 240_000 }, async () => {
  const place = await registry.visit();
  const git = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Ann' };
  expect((await place.run(['component', 'new', 'libc', '--from', 'deb:libc6@trixie'], { env: git })).exitCode).toBe(0);
  const booted: string[] = [];
  const said: string[] = [];
  for (const [npx, program, ...args] of typedCommands()) {
    expect([npx, program]).toEqual(['npx', 'moby-compose']);
    if (args[1] === 'test') {
      // It boots a machine: the walk of the nightly tests does that with memcached itself.
      booted.push(args.join(' '));
      continue;
    }
    const stdin = args[1] === 'login' ? `${passwordOf('mike')}\n` : '';
    const run = await place.run(args, { stdin, env: git });
    expect(run.exitCode, [args.join(' '), run.stdout, run.stderr].join('\n')).toBe(0);
    said.push(run.stdout + run.stderr);
  }
  expect(booted).toEqual(['component test greeter libgreet libbase']);
  expect(said.join('')).toContain('✔ signed (key ');
  const { json } = await registry.ask('/@moby%2fgreeter');
  expect(json['dist-tags']).toMatchObject({ latest: '1.2.301', next: '1.2.301', 'line-1.2': '1.2.301' });
  expect(json.versions['1.2.301'].deprecated).toBe('[yanked] loses data on restart');
});
