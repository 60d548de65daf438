import { Failure, isComponentName, type ComponentName } from '@moby/model';
import { isRecord } from './packument.ts';
import type { RegistryClient } from './registry-client.ts';

/** Which component offers what, as the registry's own list says it: `-/moby/v1/index`. */
export const cataloguePath = '-/moby/v1/index';

const maxNames = 20_000;
const pageSize = 250;

/**
 * The names of a scope's components, sorted: by the registry's catalogue; else by npm's search; else by the list of all packages that older
 * registries have. Throws `not-found` where the registry has none of them.
 */
export async function componentNames(client: RegistryClient, scope: string): Promise<readonly ComponentName[]> {
  const found = (await fromCatalogue(client)) ?? (await fromSearch(client, scope)) ?? (await fromAll(client));
  if (found === undefined)
    throw new Failure({
      code: 'not-found',
      message: `the registry ${client.label} can't say which components it has: neither a catalogue, nor a search, nor a list of all`,
      hints: ['is this the address of a registry of components?'],
    });
  const names = new Set(found.flatMap((name) => ownName(name, scope) ?? []));
  if (names.size > maxNames)
    throw new Failure({
      code: 'limit',
      message: `the registry ${client.label} has ${names.size} components; at most ${maxNames} are read`,
    });
  return [...names].sort();
}

function ownName(npmName: string, scope: string): ComponentName | undefined {
  const name = npmName.startsWith(`${scope}/`) ? npmName.slice(scope.length + 1) : '';
  return isComponentName(name) ? name : undefined;
}

async function fromCatalogue(client: RegistryClient): Promise<readonly string[] | undefined> {
  const catalogue = await client.document(cataloguePath);
  if (!isRecord(catalogue) || catalogue['catalogue'] !== 1 || !isRecord(catalogue['components'])) return undefined;
  return Object.keys(catalogue['components']);
}

/** `GET /-/v1/search`, page by page; a registry that gives the same page again is asked no more. */
async function fromSearch(client: RegistryClient, scope: string): Promise<readonly string[] | undefined> {
  const names = new Set<string>();
  for (let from = 0; from <= maxNames; from += pageSize) {
    const page = await client.document(`-/v1/search?text=${encodeURIComponent(scope)}&size=${pageSize}&from=${from}`);
    if (!isRecord(page) || !Array.isArray(page['objects'])) return from === 0 ? undefined : [...names];
    const before = names.size;
    for (const object of page['objects'].slice(0, maxNames)) {
      const found: unknown = isRecord(object) && isRecord(object['package']) ? object['package']['name'] : undefined;
      if (typeof found === 'string') names.add(found);
    }
    if (page['objects'].length < pageSize || names.size === before) break;
  }
  return [...names];
}

async function fromAll(client: RegistryClient): Promise<readonly string[] | undefined> {
  const all = await client.document('-/all');
  return isRecord(all) ? Object.keys(all) : undefined;
}
