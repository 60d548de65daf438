import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CliRun } from '@moby/testkit';
import { sharedWorld, type Visit } from './world.ts';

const world = sharedWorld();

/** Runs that tell whether anything of oclif was loaded. */
function watched(place: Visit): (args: readonly string[]) => Promise<CliRun & { readonly oclif: string }> {
  const folder = join(place.folder, 'told');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'oclif.mjs'),
    `import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
let loaded = false;
registerHooks({ load: (url, context, next) => ((loaded ||= url.includes('/@oclif/')), next(url, context)) });
process.on('exit', () => writeFileSync(${JSON.stringify(join(folder, 'loaded'))}, String(loaded)));
`,
  );
  return async (args) => {
    const run = await place.run(args, { env: { NODE_OPTIONS: `--import=${join(folder, 'oclif.mjs')}` } });
    return { ...run, oclif: readFileSync(join(folder, 'loaded'), 'utf8') };
  };
}

// The second means the same, and goes the way of every other command line.
const twoWays: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['check', 'web'],
    ['check', '--format', 'text', 'web'],
  ],
  [
    ['check', 'web', '--json'],
    ['check', '--json', 'web'],
  ],
  [
    ['assemble', 'web'],
    ['assemble', '--', 'web'],
  ],
  [
    ['assemble', 'web', '--json'],
    ['assemble', '--json', 'web'],
  ],
  [
    ['assemble', 'web', '--out', 'there'],
    ['assemble', '--out', 'there', 'web'],
  ],
];

test('what is kept is told without oclif, word for word as with it', async () => {
  const place = world.visit();
  const run = watched(place);
  for (const [plain] of twoWays) await run(plain);
  for (const [plain, long] of twoWays) {
    const [short, whole] = [await run(plain), await run(long)];
    expect([plain, short.oclif, whole.oclif]).toEqual([plain, 'false', 'true']);
    expect([short.stdout, timeless(short.stderr), short.exitCode]).toEqual([whole.stdout, timeless(whole.stderr), 0]);
  }
});

test('where something has changed, and for a name that is none, the command is gone through', async () => {
  const place = world.visit();
  const run = watched(place);
  await run(['check', 'web']);
  place.write('assemblies/web/assembly.yaml', 'apiVersion: moby-compose/v1\nkind: Assembly\nname: web\n');
  const [short, whole] = [await run(['check', 'web']), await run(['check', '--format', 'text', 'web'])];
  expect([short.exitCode, short.oclif]).toEqual([1, 'true']);
  expect([short.stdout, short.stderr, short.exitCode]).toEqual([whole.stdout, whole.stderr, whole.exitCode]);
  const foreign = await run(['check', 'web', '--out', 'there']);
  expect([foreign.exitCode, foreign.oclif]).toEqual([2, 'true']);
  const missing = await run(['check', 'wen']);
  expect(missing).toMatchObject({ exitCode: 1, oclif: 'true' });
  expect(missing.stderr).toContain('wen');
});

function timeless(text: string): string {
  return text.replace(/ *\d+ ms/g, '');
}
