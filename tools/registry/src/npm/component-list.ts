import { Failure, isComponentName, type ComponentName } from '@moby/model';
import { isRecord } from './packument.ts';
import type { RegistryClient } from './registry-client.ts';
import type { RegistryTrust } from './registry-trust.ts';

/** Which component offers what, as the registry's own list says it: `-/moby/v1/index`. */
export const cataloguePath = '-/moby/v1/index';

/** Component → the capabilities that it offers in some version; undefined where the registry doesn't say. */
export type ComponentList = ReadonlyMap<ComponentName, ReadonlySet<string> | undefined>;

type Offers = ReadonlyMap<string, ReadonlySet<string> | undefined>;

const maxNames = 20_000;
const pageSize = 250;

/**
 * A scope's components, sorted: by the registry's catalogue; else by npm's search; else by the list of all packages that older
 * registries have. Throws `bad-signature` for a catalogue that is not its registry's, `not-found` where the registry has none of them.
 */
export async function listComponents(client: RegistryClient, scope: string, trust: RegistryTrust | undefined): Promise<ComponentList> {
  const found = (await fromCatalogue(client, trust)) ?? (await fromSearch(client, scope)) ?? (await fromAll(client));
  if (found === undefined)
    throw new Failure({
      code: 'not-found',
      message: `the registry ${client.label} can't say which components it has: neither a catalogue, nor a search, nor a list of all`,
      hints: ['is this the address of a registry of components?'],
    });
  const own = [...found].flatMap(([npmName, offers]) => {
    const name = ownName(npmName, scope);
    return name === undefined ? [] : [[name, offers] as const];
  });
  if (own.length > maxNames)
    throw new Failure({
      code: 'limit',
      message: `the registry ${client.label} has ${own.length} components; at most ${maxNames} are read`,
    });
  return new Map(own.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ownName(npmName: string, scope: string): ComponentName | undefined {
  const name = npmName.startsWith(`${scope}/`) ? npmName.slice(scope.length + 1) : '';
  return isComponentName(name) ? name : undefined;
}

async function fromCatalogue(client: RegistryClient, trust: RegistryTrust | undefined): Promise<Offers | undefined> {
  const answered = await client.document(cataloguePath);
  const catalogue = trust === undefined ? answered : await trust.catalogue(answered);
  if (!isRecord(catalogue) || catalogue['catalogue'] !== 1 || !isRecord(catalogue['components'])) return undefined;
  return new Map(Object.entries(catalogue['components']).map(([name, entry]) => [name, providesOf(entry)]));
}

function providesOf(entry: unknown): ReadonlySet<string> | undefined {
  if (!isRecord(entry) || !Array.isArray(entry['provides'])) return undefined;
  return new Set(entry['provides'].filter((capability: unknown) => typeof capability === 'string'));
}

/** `GET /-/v1/search`, page by page; a registry that gives the same page again is asked no more. */
async function fromSearch(client: RegistryClient, scope: string): Promise<Offers | undefined> {
  const names = new Set<string>();
  for (let from = 0; from <= maxNames; from += pageSize) {
    const page = await client.document(`-/v1/search?text=${encodeURIComponent(scope)}&size=${pageSize}&from=${from}`);
    if (!isRecord(page) || !Array.isArray(page['objects'])) return from === 0 ? undefined : unsaid(names);
    const before = names.size;
    for (const object of page['objects'].slice(0, maxNames)) {
      const found: unknown = isRecord(object) && isRecord(object['package']) ? object['package']['name'] : undefined;
      if (typeof found === 'string') names.add(found);
    }
    if (page['objects'].length < pageSize || names.size === before) break;
  }
  return unsaid(names);
}

async function fromAll(client: RegistryClient): Promise<Offers | undefined> {
  const all = await client.document('-/all');
  return isRecord(all) ? unsaid(Object.keys(all)) : undefined;
}

function unsaid(names: Iterable<string>): Offers {
  return new Map([...names].map((name) => [name, undefined]));
}
