import { expect, test } from 'vitest';
import { invocationOf, withInvocation } from '../src/invocation.ts';
import { typedAgain } from '../src/typed-again.ts';

test('commands are printed as the program was called', () => {
  expect(invocationOf({ MOBY_COMPOSE_LAUNCHER: './moby-compose' })).toBe('./moby-compose');
  expect(invocationOf({ MOBY_COMPOSE_LAUNCHER: '/x/node_modules/.bin/moby-compose', npm_command: 'exec' })).toBe('npx moby-compose');
  expect(invocationOf({ MOBY_COMPOSE_LAUNCHER: 'moby-compose' })).toBe('moby-compose');
  expect(invocationOf({})).toBe('moby-compose');
});

test('only commands are rewritten, whatever they were written with', () => {
  expect(withInvocation('run `moby-compose store path` or npx moby-compose doctor', './moby-compose')).toBe(
    'run `./moby-compose store path` or ./moby-compose doctor',
  );
  expect(withInvocation('rm -r ~/.cache/moby-compose now', './x')).toBe('rm -r ~/.cache/moby-compose now');
});

test('a next command repeats what makes the artifact another one', () => {
  expect(typedAgain('redis-os', { replace: ['crun=runc'], with: ["it's"], out: 'a b' })).toBe(
    String.raw`redis-os --with 'it'\''s' --replace crun=runc --out 'a b'`,
  );
});
