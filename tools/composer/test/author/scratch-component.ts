import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '@moby/model';

/** Writes files below a folder, with their parents; objects as package.json is written. */
export async function writeTree(folder: string, files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`);
  }
}

export async function readJsonFile(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The hand-written package.json of a component; what is given is put into its manifest. */
export function draft(options: {
  readonly name: string;
  readonly version: string;
  readonly upstream: string;
  readonly sources: readonly object[];
  readonly manifest?: object;
}): object {
  const files = options.sources.some((source) => 'kind' in source && source.kind === 'files');
  return {
    name: `@moby/${options.name}`,
    version: options.version,
    description: `test component ${options.name}`,
    license: 'Apache-2.0',
    files: ['facts.json', ...(files ? ['files/'] : [])],
    component: {
      kind: 'tool',
      category: 'test',
      upstream: { version: options.upstream, license: 'MIT' },
      ...options.manifest,
      payload: { form: 1, platforms: { 'linux/amd64': { sources: options.sources } } },
    },
  };
}

/** Findings as text, one a line, with their places. */
export function told(findings: readonly Diagnostic[]): string {
  return findings
    .map(({ severity, code, message, place, note, hints }) => {
      const lines = [
        `${severity}[${code}]: ${message}`,
        ...(place === undefined ? [] : [`  --> ${place.file}:${place.line}:${place.column}`]),
      ];
      return [...lines, ...(note === undefined ? [] : [`  ${note}`]), ...(hints ?? []).map((hint) => `  ${hint}`)].join('\n');
    })
    .map((text) => `${text}\n`)
    .join('');
}
