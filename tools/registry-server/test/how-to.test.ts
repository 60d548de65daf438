import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@moby/governor';
import { checkout, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { readLibraryPolicy } from '../src/owners/read-library-policy.ts';
import { defaultSettings } from '../src/settings/registry-settings.ts';
import { readSettings } from '../src/settings/read-settings.ts';

const how = readFileSync(join(checkout, 'docs/how-to/run-the-registry.md'), 'utf8');

/** The first YAML below a heading. */
function yamlBelow(heading: string): string {
  return new RegExp(`^## ${heading}$[\\s\\S]*?^\`\`\`yaml\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(how)?.[1] ?? '';
}

test('the waivers of the how-to are what the registry reads, by who may give them', async () => {
  const library = scratchFolder();
  mkdirSync(join(library, 'docs/governance'), { recursive: true });
  writeFileSync(join(library, 'docs/governance/policy.yaml'), yamlBelow('Let a release pass'));
  const { waivers } = await readLibraryPolicy(library);
  expect(waivers.map(({ rule, package: name, version, by, dependents }) => [rule, name, version, by, dependents])).toEqual([
    ['MOBY-N304', '@moby/systmd', '1.0.1', 'steward', undefined],
    ['MOBY-V506', '@moby/redis', '8.0.202', 'steward', ['redis-tools']],
    ['MOBY-P706', '@moby/chrony', '4.6.101', 'owner', undefined],
  ]);
  for (const { rule } of waivers) expect(catalogue.find(({ id }) => id === rule)?.waivableBy, rule).not.toBe('nobody');
});

test('what stands commented out in its configuration is taken too, with the defaults that it names', async () => {
  const text = yamlBelow('For others').replace(/^# ([a-z]+: \S)/gm, '$1');
  const read = await readSettings('registry.yaml', text);
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  const { settings } = read.value;
  expect(settings).toMatchObject({ library: '/srv/moby-library', statements: 'required' });
  expect(settings.limits).toEqual(defaultSettings.limits);
  for (const name of ['connections', 'addressConnections'] as const)
    expect(how).toMatch(
      new RegExp(
        `${defaultSettings.limits[name]} connections \\(\`limits.${name}\`\\)|\`limits.${name}\`, ${defaultSettings.limits[name]}`,
      ),
    );
});
