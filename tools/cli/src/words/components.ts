import type { Manifest, Registry } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

/** One line a component's release line, oldest first. */
export async function componentsOutcome(registry: Registry): Promise<Outcome> {
  const components: { readonly line: string; readonly manifest: Manifest }[] = [];
  for (const name of await registry.names()) {
    for (const version of await registry.versions(name)) {
      const [line, manifest] = [await registry.line(name, version), await registry.manifest(name, version)];
      components.push({ line, manifest });
    }
  }
  const rows = components.map(({ line, manifest: { name, version, kind, description } }): readonly Line[] => [
    [`${name}/${line}`],
    [version],
    [kind],
    [dim(description)],
  ]);
  return {
    kind: 'done',
    value: {
      components: components.map(({ line, manifest: { name, version, kind, category, description } }) => ({
        name,
        line,
        version,
        kind,
        category,
        description,
      })),
    },
    lines:
      components.length === 0
        ? [['no components: there is no library here or above, and --components names none']]
        : table(rows, { indent: '' }),
  };
}
