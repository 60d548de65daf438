import { expect, test } from 'vitest';
import { bold, red } from '../src/reporter/line.ts';
import { written } from './plain.ts';

test('contributed text can neither move the cursor, nor colour, nor hide', () => {
  const text = written({ isTTY: true }, ({ data }) => data.line(['a\u001b[2Jb\rc\u0007d\u202ee\nf\u009bg']));
  expect(text).toBe(String.raw`a\x1b[2Jb\x0dc\x07d\u202ee\nf\x9bg` + '\n');
});

test('a lone surrogate is shown, a pair is left alone', () => {
  expect(written({}, ({ data }) => data.line(['\ud800x 😀']))).toBe(String.raw`\ud800x 😀` + '\n');
});

test('colours on a terminal only', () => {
  expect(written({ isTTY: true }, ({ data }) => data.line([red('x')]))).toBe('\u001b[31mx\u001b[39m\n');
  expect(written({}, ({ data }) => data.line([red('x')]))).toBe('x\n');
});

test('honours NO_COLOR, and FORCE_COLOR above it', () => {
  expect(written({ isTTY: true, environment: { NO_COLOR: '1' } }, ({ data }) => data.line([bold('x')]))).toBe('x\n');
  expect(written({ environment: { NO_COLOR: '1', FORCE_COLOR: '1' } }, ({ data }) => data.line([bold('x')]))).toBe(
    '\u001b[1mx\u001b[22m\n',
  );
  expect(written({ isTTY: true, environment: { FORCE_COLOR: '0' } }, ({ data }) => data.line([bold('x')]))).toBe('x\n');
  expect(written({ isTTY: true, environment: { NO_COLOR: '' } }, ({ data }) => data.line([bold('x')]))).toBe('\u001b[1mx\u001b[22m\n');
});

test('a dumb terminal gets plain lines', () => {
  expect(
    written({ isTTY: true, environment: { TERM: 'dumb' } }, ({ talk }) => {
      talk.moving(['x']);
      talk.line([red('y')]);
    }),
  ).toBe('y\n');
});

test('a moving line is replaced, never wrapped, and gone before the next line', () => {
  const text = written({ isTTY: true, columns: 24 }, ({ talk }) => {
    talk.moving(['0123456789 0123456789 0123456789']);
    talk.moving(['b']);
    talk.line(['c']);
  });
  expect(text).toBe('\r\u001b[K0123456789 0123456789 0\r\u001b[Kb\r\u001b[Kc\n');
});

test('nothing moves in a pipe', () => {
  expect(
    written({}, ({ talk }) => {
      talk.moving(['a']);
      talk.still();
      talk.line(['b']);
    }),
  ).toBe('b\n');
});

test('a document is JSON in which no character commands a terminal', () => {
  const text = written({}, ({ data }) => data.document({ name: 'a\u001b\u009b\u202e\u2028z' }));
  expect(text).toBe('{\n  "name": "a\\u001b\\u009b\\u202e\\u2028z"\n}\n');
  expect(JSON.parse(text)).toEqual({ name: 'a\u001b\u009b\u202e\u2028z' });
});
