import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import type { ExpectationJson } from '../../src/parse/assembly-json.ts';
import { parseSurroundings } from '../../src/parse/locate-assembly.ts';
import { readExpectation } from '../../src/parse/read-expectation.ts';

const place = { file: 'assembly.yaml', line: 1, column: 1, length: 1, text: '' };

async function read(json: ExpectationJson, files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const folder = scratchFolder();
  await mkdir(join(folder, 'test'));
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
  const surroundings = parseSurroundings({ library: undefined, currentFolder: folder });
  return readExpectation(json, { folder, place, surroundings });
}

describe('what is expected', () => {
  test('is one thing at a time', async () => {
    const one = 'an expectation has exactly one of `tcp`, `http`, `console`, `script` and `reboot`';
    expect(await read({ within: '1s' })).toBe(one);
    expect(await read({ tcp: 80, receive: 'x', http: 80, within: '1s' })).toBe(one);
  });

  test('has its time in seconds or minutes; a clean reboot has three minutes where it doesn’t say', async () => {
    expect(await read({ console: 'ready', within: '90s' })).toEqual({ kind: 'console', contains: 'ready', withinMs: 90_000 });
    expect(await read({ console: 'ready', within: '2m' })).toMatchObject({ withinMs: 120_000 });
    expect(await read({ reboot: 'clean' })).toEqual({ kind: 'reboot', withinMs: 180_000 });
    expect(await read({ reboot: 'clean', within: '20s' })).toEqual({ kind: 'reboot', withinMs: 20_000 });
  });

  test('of a port is what it answers, to what was sent', async () => {
    expect(await read({ tcp: 6379, send: 'PING\r\n', receive: '+PONG', within: '5s' })).toEqual({
      kind: 'tcp',
      port: 6379,
      send: 'PING\r\n',
      receive: '+PONG',
      withinMs: 5000,
    });
    expect(await read({ tcp: 6379, within: '5s' })).toBe('a tcp expectation says what is to be received: `receive` is missing');
  });

  test('of HTTP is status 200 of / unless it says otherwise', async () => {
    expect(await read({ http: 80, within: '5s' })).toEqual({ kind: 'http', port: 80, path: '/', status: 200, withinMs: 5000 });
    expect(await read({ http: 80, path: '/x', status: 404, body: 'gone', within: '5s' })).toMatchObject({
      path: '/x',
      status: 404,
      body: 'gone',
    });
  });
});

describe('a script', () => {
  const files = { 'test/engine.ts': 'console.log(1);\n', 'test/api.mts': 'export {};\n' };

  test('is read with what it imports, beside the assembly', async () => {
    const json = { script: 'test/engine.ts', imports: ['test/api.mts'], payloads: ['busybox'], within: '5s' };
    expect(await read(json, files)).toEqual({
      kind: 'script',
      script: 'test/engine.ts',
      contents: Buffer.from('console.log(1);\n'),
      imports: [{ name: 'api.mts', contents: Buffer.from('export {};\n') }],
      payloads: ['busybox'],
      withinMs: 5000,
      place,
    });
  });

  test('is refused where it, or what it imports, can’t be read or is too large', async () => {
    const words = (file: string): string => `\`${file}\` is not a readable file of at most 1048576 bytes`;
    expect(await read({ script: 'test/none.ts', within: '5s' }, files)).toBe(words('test/none.ts'));
    expect(await read({ script: 'test', within: '5s' }, files)).toBe(words('test'));
    expect(await read({ script: 'test/engine.ts', imports: ['test/none.mts'], within: '5s' }, files)).toBe(words('test/none.mts'));
    const large = { 'test/large.ts': 'x'.repeat(1024 * 1024 + 1), 'test/engine.ts': '' };
    expect(await read({ script: 'test/large.ts', within: '5s' }, large)).toBe(words('test/large.ts'));
    expect(await read({ script: 'test/engine.ts', within: '5s' }, large)).toMatchObject({ kind: 'script' });
  });

  test('alone has payloads and imports', async () => {
    for (const more of [{ payloads: ['busybox'] }, { imports: ['test/api.mts'] }])
      expect(await read({ console: 'x', within: '5s', ...more }, files)).toBe('`payloads` and `imports` are for a script');
  });
});
