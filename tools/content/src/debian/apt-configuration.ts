import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder } from '../store/temporary-files.ts';

export const maxAptFileBytes = 1_000_000;

/**
 * apt's configuration: names in lower case joined by `::` → the last value (apt.conf(5)). `aptFolder` is `/etc/apt`. What
 * can't be read or parsed is passed over: this program only looks for proxies in it.
 */
export async function readAptConfiguration(aptFolder: string): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  const parts = (await listFolder(join(aptFolder, 'apt.conf.d')).catch(() => []))
    .filter((name) => /^[A-Za-z0-9_-]+(?:\.conf)?$/.test(name))
    .sort()
    .map((name) => join(aptFolder, 'apt.conf.d', name));
  for (const file of [...parts, join(aptFolder, 'apt.conf')]) {
    const text = await readAptFile(file);
    if (text !== undefined) parseAptConfiguration(text, values);
  }
  return values;
}

export async function readAptFile(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return text.length > maxAptFileBytes ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Reads one file's statements `Name::of "value";` and `Name { … };` into `values`. */
export function parseAptConfiguration(text: string, values: Map<string, string>): void {
  const tokens = text.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*|"((?:[^"\\]|\\.)*)"|[{};]|[^\s{};"]+/g);
  const scopes: string[] = [];
  let name: string | undefined;
  let value: string | undefined;
  const take = (): void => {
    if (name !== undefined && value !== undefined) values.set([...scopes, name].join('::').toLowerCase(), value);
    name = undefined;
    value = undefined;
  };
  for (const match of tokens) {
    const [token, quoted] = match;
    if (token.startsWith('//') || token.startsWith('/*') || token.startsWith('#')) continue;
    if (token === ';') take();
    else if (token === '{') {
      scopes.push(name ?? '');
      name = undefined;
    } else if (token === '}') {
      take();
      scopes.pop();
    } else if (quoted === undefined && name === undefined) name = token;
    else value = quoted ?? token;
  }
}
