import { homedir } from 'node:os';
import { Failure } from '@moby/model';
import type { RegistryPlaces } from '@moby/registry';
import { readNpmSettings, registryAddress } from '@moby/registry/npm';

/** The scope of the components that everybody has. */
export const ownScope = '@moby';

interface RegistryReach extends Pick<RegistryPlaces, 'offline' | 'acceptedKeys'> {
  readonly currentFolder: string;
}

/**
 * `URL` is for components of `@moby`, `@acme=URL` for those of another scope; where none is named, npm's configuration may have some
 * (`@acme:registry=URL`). Undefined where there are none.
 */
export async function registryPlaces(
  named: readonly string[],
  { currentFolder, offline, acceptedKeys }: RegistryReach,
): Promise<RegistryPlaces | undefined> {
  const given = parseRegistries(named);
  const settings = await readNpmSettings({ currentFolder, homeFolder: homedir(), environment: process.env });
  const configured = [...settings.scopes].map(([scope, url]) => ({ scope, url }));
  const scopes = given.length > 0 ? given : configured.sort((a, b) => Number(b.scope === ownScope) - Number(a.scope === ownScope));
  if (scopes.length === 0) return undefined;
  return { scopes, credentials: (url) => settings.credentials(url), offline, acceptedKeys };
}

/** The addresses of `--registry`, by scope, in their order. Throws `usage`. */
export function parseRegistries(named: readonly string[]): RegistryPlaces['scopes'] {
  const scopes = new Map<string, string>();
  for (const text of named) {
    const [, scope = ownScope, address = ''] = /^(?:(@[a-z0-9][a-z0-9._-]*)=)?(.*)$/s.exec(text) ?? [];
    const url = registryAddress(address, `--registry ${text}`);
    if (scopes.has(scope))
      throw new Failure({
        code: 'usage',
        message: `\`--registry\` names two registries for ${scope}: which of them has a component would be anybody's guess`,
        hints: ['name one of them; another scope has one of its own: --registry @acme=URL'],
      });
    scopes.set(scope, url);
  }
  return [...scopes].map(([scope, url]) => ({ scope, url }));
}
