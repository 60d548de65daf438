import { assemblyNames, locateAssembly, type Line as AssemblyLine } from '@moby/composer';
import { readYaml } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { dim, red, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

interface ListedAssembly {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly file: string;
  readonly valid: boolean;
}

/** The assemblies of a library; one that can't be parsed is listed as such. */
export async function assembliesOutcome(line: AssemblyLine, library: string | undefined): Promise<Outcome> {
  const assemblies: ListedAssembly[] = [];
  for (const name of await assemblyNames(library)) {
    const parsed = await line.parse(name, { with: [], without: [], replace: [] });
    const { file, text } = await locateAssembly(name, { library, currentFolder: process.cwd() });
    const read = await readYaml({ file, text });
    const value = read.ok ? read.value.value : undefined;
    assemblies.push({ name, version: textAt(value, 'version'), description: textAt(value, 'description'), file, valid: parsed.ok });
  }
  const rows = assemblies.map(({ name, version, description, valid }): readonly Line[] => [
    [name],
    [version],
    [valid ? dim(description) : red(`has errors: see \`moby-compose check ${name}\``)],
  ]);
  const lines = assemblies.length === 0 ? [['no assemblies: there is no library here or above']] : table(rows, { indent: '' });
  return { kind: 'done', value: { assemblies }, lines };
}

function textAt(value: unknown, key: string): string {
  const found: unknown =
    typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
  return typeof found === 'string' ? found : '';
}
