import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openLine } from '@moby/composer';
import { checkout, scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { ask, quietSurroundings } from './quiet-surroundings.ts';

const ours = readdirSync(join(checkout, 'assemblies')).map((name) => join('assemblies', name, 'assembly.yaml'));
const fixtures = readdirSync(join(checkout, 'tools/testkit/assemblies'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join('tools/testkit/assemblies', name));

describe('the locks in this repository', () => {
  test.each([...ours, ...fixtures])('%s is what its assembly and the library give now', async (assembly) => {
    const line = await openLine(
      quietSurroundings(checkout, {
        componentFolders: [join(checkout, 'tools/testkit/components')],
        environment: { XDG_CACHE_HOME: scratchFolder() },
      }),
    );
    const judged = await line.check(ask(assembly));
    if (!judged.ok) throw new Error(told(judged.findings));
    expect(judged.value.lockState, `run: moby-compose assemble ${assembly} (${basename(judged.value.lockFile)})`).toBe('same');
    expect(judged.findings).toEqual([]);
  });
});
