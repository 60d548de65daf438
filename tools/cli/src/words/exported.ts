import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportRegistry } from '@moby/registry/export';
import { writePage } from '@moby/registry-page';
import type { ComponentPlace } from '../author/find-components.ts';
import { readKeyFile } from '../key-file.ts';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { dim, green, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

export interface ExportOptions {
  readonly folder: string;
  readonly lines: readonly ComponentPlace[];
  /** Of `--key`. */
  readonly key: string | undefined;
  readonly session: Session;
}

/** New versions by name; the others are counted. */
export async function exportOutcome({ folder, lines, key, session }: ExportOptions): Promise<Outcome> {
  const { reporter } = session;
  const signingKey = key === undefined ? undefined : await readKeyFile(key, process.env);
  reporter.step({ step: 'pack', note: `${lines.length} ${lines.length === 1 ? 'line' : 'lines'} of components` });
  const to = resolve(folder);
  const exported = await exportRegistry({ lines, to, key: signingKey });
  reporter.step({ step: 'page', note: 'what fits what' });
  await writePage(to);
  reporter.settle();
  const fresh = exported.filter(({ state }) => state === 'new');
  const rows = fresh.map(({ manifest: { name, version }, package: id }): readonly Line[] => [
    [green('+'), ` ${name}`],
    [version],
    [dim(`npm: ${id}`)],
  ]);
  return {
    kind: 'done',
    value: {
      folder: to,
      versions: exported.map(({ manifest: { name, version }, package: id, state }) => ({ component: name, version, package: id, state })),
    },
    lines: [...table(rows), [`${fresh.length} new, ${exported.length - fresh.length} as before`]],
    next: [[], [`assemble from it: moby-compose assemble ASSEMBLY --registry ${pathToFileURL(to).href}/`]],
  };
}
