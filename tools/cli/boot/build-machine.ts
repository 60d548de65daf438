import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { readArtifact } from '@moby/machine';
import type { Artifact } from '@moby/model';
import { checkout, runCli } from '@moby/testkit';

/** An assembly of tools/testkit/guest-suite, built with the fixture components; its lock stays in the folder. */
export async function buildMachine(
  name: string,
  folder: string,
  flags: readonly string[] = [],
): Promise<{ readonly artifact: Artifact; readonly folder: string }> {
  const file = join(folder, `${name}.yaml`);
  cpSync(join(checkout, 'tools/testkit/guest-suite', `${name}.yaml`), file);
  const out = join(folder, `out-${name}`);
  const built = await runCli(['assemble', file, '--components', join(checkout, 'tools/testkit/components'), '--out', out, ...flags], {
    timeoutMs: 250_000,
  });
  if (built.exitCode !== 0) throw new Error(`${name} was not built:\n${built.stderr}`);
  return { artifact: await readArtifact(out), folder: out };
}
