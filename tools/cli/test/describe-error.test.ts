import { expect, test } from 'vitest';
import { Failure } from '@moby/model';
import { describeError } from '../src/reporter/describe-error.ts';
import { renderTrouble, troubleDocument } from '../src/reporter/render-trouble.ts';
import { plain } from './plain.ts';

const commands = ['assemble', 'component update', 'component validate', 'store path', 'list components'];
const offer = (...argv: string[]): { readonly commands: readonly string[]; readonly argv: readonly string[] } => ({ commands, argv });

function usageError(name: string, message: string, more: object = {}): Error {
  const error = Object.assign(new Error(message), { oclif: { exit: 2 } }, more);
  Object.defineProperty(error, 'constructor', { value: { name } });
  return error;
}

test('a failure keeps its code, hints, findings and exit code', () => {
  const failure = new Failure({ code: 'no-space', message: 'the disk is full', hints: ['make room'] });
  expect(describeError(failure, offer())).toEqual({
    code: 'no-space',
    message: 'the disk is full',
    hints: ['make room'],
    findings: [],
    exitCode: 74,
  });
});

test('anything else is a bug: 70, its stack, and a request to report it', () => {
  const trouble = describeError(new TypeError('x is not a function'), offer());
  expect(trouble.exitCode).toBe(70);
  expect(trouble.stack).toContain('describe-error.test.ts');
  expect(plain(renderTrouble(trouble))).toMatch(
    /^TypeError: x is not a function\n {4}at [^]*error\[internal\]: this is a bug in moby-compose: x is not a function\n {2}hint: please report it/,
  );
});

test('a thrown text is a bug too', () => {
  expect(describeError('oops', offer())).toMatchObject({ code: 'internal', exitCode: 70, stack: 'oops' });
});

test('a misspelled command is answered by the nearest one', () => {
  const trouble = describeError(usageError('CLIError', 'command asemble:redis-os not found'), offer('asemble', 'redis-os'));
  expect(plain(renderTrouble(trouble))).toBe(
    'error[usage]: `asemble` is not a command\n  hint: did you mean `moby-compose assemble`?\n  hint: all commands: moby-compose --help\n',
  );
  expect(trouble.exitCode).toBe(2);
});

test('a misspelled command of a topic is looked for in the topic', () => {
  const trouble = describeError(
    usageError('CLIError', 'command component:valdate:redis not found'),
    offer('component', 'valdate', 'redis'),
  );
  expect(trouble.message).toBe('`component valdate` is not a command');
  expect(trouble.hints[0]).toBe('did you mean `moby-compose component validate`?');
});

test('a word too many behind a command of a topic is called so', () => {
  const trouble = describeError(usageError('CLIError', 'command store:path:x not found'), offer('store', 'path', 'x'));
  expect(trouble.message).toBe('`x` is more than `store path` takes');
});

test('a misspelled flag is answered by the nearest one of its command', () => {
  const error = usageError('NonExistentFlagsError', 'Nonexistent flag: --ofline', {
    flags: ['--ofline'],
    parse: { input: { flags: { offline: {}, out: {} } } },
  });
  const trouble = describeError(error, offer('assemble', '--ofline'));
  expect(trouble.message).toBe('`--ofline` is not a flag of `assemble`');
  expect(trouble.hints).toEqual(['did you mean `--offline`?', 'all flags and arguments: moby-compose assemble --help']);
});

test('other usage errors are put into our words', () => {
  expect(describeError(usageError('CLIError', 'Flag --out expects a value'), offer('assemble')).message).toBe(
    'flag `--out` expects a value',
  );
  expect(
    describeError(usageError('RequiredArgsError', 'Missing 1 required arg', { args: [{ name: 'name' }] }), offer('why')).message,
  ).toContain('needs `NAME`');
});

test('the document of a failure has code, message, hints and findings', () => {
  const trouble = describeError(new Failure({ code: 'usage', message: 'm', hints: ['h'] }), offer());
  expect(troubleDocument(trouble)).toEqual({ error: { code: 'usage', message: 'm', hints: ['h'], findings: [] } });
});
