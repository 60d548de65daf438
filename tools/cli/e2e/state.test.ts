import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectGolden, normalise, runCli, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { put } from './world.ts';

const owners = `# Who answers for it.
lifecycle: maintained

maintainers:
- name: Ada   # since 2017
  id: 7
- name: Bob
`;

/** A library of one component. */
function library(): string {
  const folder = scratchFolder();
  put(join(folder, 'components/redis/OWNERS.yaml'), owners);
  put(join(folder, 'assemblies/README.md'), '');
  put(join(folder, 'docs/governance/policy.yaml'), "scopes: ['@acme']\nroles: { steward: [{ name: Sue }] }\n");
  return folder;
}

async function told(folder: string, args: readonly string[]): Promise<string> {
  const run = await runCli(args, { cwd: folder });
  return normalise(`$ moby-compose ${args.join(' ')}\n${run.stdout}${run.stderr}exit ${run.exitCode}\n`, { folder });
}

const entry = ['--change', '512', '--actor', '7', '--date', '2027-01-31'];
const state = (...args: readonly string[]): readonly string[] => ['component', 'state', 'redis', ...args];

test('a state is shown with its ways, written with its history, and shown again', async () => {
  const folder = library();
  const file = join(folder, 'components/redis/OWNERS.yaml');
  const shown = await told(folder, state());
  const written = await told(folder, state('deprecated', ...entry, '--reason', 'upstream has given it up', '--successor', 'valkey'));
  expect(readFileSync(file, 'utf8')).toBe(`# Who answers for it.
lifecycle: deprecated
successor: valkey

maintainers:
- name: Ada   # since 2017
  id: 7
- name: Bob
history:
  - from: maintained
    to: deprecated
    change: 512
    actor: 7
    date: 2027-01-31
    reason: upstream has given it up
`);
  expectGolden('state.txt', [shown, written, await told(folder, state())].join('\n'));
});

test('what can’t be is refused, and the file stays as it was', async () => {
  const folder = library();
  const refused = [
    await told(folder, state('retired', ...entry)),
    await told(folder, state('maintained', ...entry)),
    await told(folder, state('orphand', ...entry)),
    await told(folder, state('deprecated')),
    await told(folder, state('deprecated', ...entry.slice(0, 4), '--date', '2027-02-31')),
    await told(folder, state('deprecated', ...entry, '--successor', 'Val Key')),
    await told(folder, state('--reason', 'none')),
    await told(folder, ['component', 'state', '../redis']),
  ];
  expectGolden('state-refused.txt', refused.join('\n'));
  expect(readFileSync(join(folder, 'components/redis/OWNERS.yaml'), 'utf8')).toBe(owners);
});
