import { join } from 'node:path';
import { listFolder } from '../store/temporary-files.ts';
import { readAptFile } from './apt-configuration.ts';

/** A place that apt is told to read: an archive's address and a suite below it. */
export interface AptSource {
  readonly url: string;
  readonly suite: string;
}

/** The http and https sources of binary packages in apt's configuration, in its order (sources.list(5)), without doubles. */
export async function readAptSources(aptFolder: string): Promise<readonly AptSource[]> {
  const folder = join(aptFolder, 'sources.list.d');
  const names = (await listFolder(folder).catch((): string[] => [])).sort();
  const found: AptSource[] = [];
  for (const file of [join(aptFolder, 'sources.list'), ...names.map((name) => join(folder, name))]) {
    if (!file.endsWith('.list') && !file.endsWith('.sources')) continue;
    const text = await readAptFile(file);
    if (text !== undefined) found.push(...(file.endsWith('.list') ? parseSourcesList(text) : parseSourcesStanzas(text)));
  }
  const seen = new Set<string>();
  return found.filter(({ url, suite }) => {
    const key = `${url} ${suite}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

/** One line a source: `deb [options] address suite component…`. */
export function parseSourcesList(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)/.exec(line);
    return match === null ? [] : sourcesOf([match[1] ?? ''], [match[2] ?? '']);
  });
}

/** deb822 stanzas: `Types`, `URIs`, `Suites`, `Enabled`; a line that begins with a blank goes on. */
export function parseSourcesStanzas(text: string): readonly AptSource[] {
  const stanzas = text.replace(/^#.*(?:\n|$)/gm, '').split(/\n[ \t]*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = new Map<string, string[]>();
    let key = '';
    for (const line of stanza.split('\n')) {
      const match = /^([A-Za-z-]+):(.*)$/.exec(line);
      if (match !== null) key = (match[1] ?? '').toLowerCase();
      const words = (match === null ? line : (match[2] ?? '')).split(/\s+/).filter((word) => word !== '');
      fields.set(key, [...(fields.get(key) ?? []), ...words]);
    }
    const isOff = ['no', 'false', 'without', 'off', 'disable'].includes(fields.get('enabled')?.[0]?.toLowerCase() ?? 'yes');
    if (isOff || fields.get('types')?.includes('deb') !== true) return [];
    return sourcesOf(fields.get('uris') ?? [], fields.get('suites') ?? []);
  });
}

/** Without other transports, and without flat archives, whose suite ends with a slash. */
function sourcesOf(urls: readonly string[], suites: readonly string[]): AptSource[] {
  return urls
    .filter((url) => /^https?:\/\//i.test(url))
    .flatMap((url) => suites.filter((suite) => !suite.endsWith('/')).map((suite) => ({ url: url.replace(/\/+$/, ''), suite })));
}
