import { homedir } from 'node:os';
import { openHttp, proxySettings, type HttpClient } from '@moby/content';
import { Failure } from '@moby/model';
import { readNpmSettings } from '@moby/registry/npm';
import { openRegistryWriter, type RegistryWriter } from '@moby/registry/publish';
import type { Role } from '@moby/registry-server';
import type { Session } from '../moby-command.ts';
import { ownScope, parseRegistries } from '../registry-places.ts';

/** Registries that can be written to, and their connections. */
export interface Publisher {
  readonly http: HttpClient;
  /** The registry of a scope: the one that was named, else that of npm's configuration. Throws `usage` where there is none. */
  writerOf(scope: string): RegistryWriter;
  credentials(url: URL): Readonly<Record<string, string>>;
  close(): void;
}

/** A registry may prove a payload before it answers. */
const silenceMs = 120_000;

/** `otherwise` is the registry of `@moby` where neither the command nor npm's configuration names one. */
export async function openPublisher(named: readonly string[], { reporter }: Session, otherwise?: string): Promise<Publisher> {
  const given = parseRegistries(named);
  const settings = await readNpmSettings({ currentFolder: process.cwd(), homeFolder: homedir(), environment: process.env });
  const scopes = new Map([...settings.scopes, ...given.map(({ scope, url }) => [scope, url] as const)]);
  const writers = new Map<string, RegistryWriter>();
  const http = openHttp({ proxy: proxySettings(process.env, new Map()), silenceMs });
  const credentials = (url: URL): Readonly<Record<string, string>> => settings.credentials(url);
  const open = (scope: string): RegistryWriter => {
    const url = scopes.get(scope) ?? (scope === ownScope ? otherwise : undefined);
    if (url === undefined) throw unnamed(scope);
    return openRegistryWriter({
      url,
      http,
      credentials,
      onPause: (ms) => reporter.wait('registry', `asked again in ${Math.ceil(ms / 1000)} s`),
    });
  };
  return {
    http,
    credentials,
    writerOf: (scope) => {
      const writer = writers.get(scope) ?? open(scope);
      writers.set(scope, writer);
      return writer;
    },
    close: () => http.close(),
  };
}

/** Throws `denied` before any work, where the registry would refuse it at its end. */
export function mustBeLoggedIn(writer: RegistryWriter, role?: Role): void {
  if (writer.isLoggedIn) return;
  throw new Failure({
    code: 'denied',
    message: `you are not logged in at ${shownRegistry(writer)}`,
    hints: [
      `moby-compose component login --registry ${writer.label}`,
      `users are made by who runs the registry: moby-compose registry user add NAME${role === undefined ? '' : ` --role ${role}`}`,
    ],
  });
}

/** The registry's address as people write it. */
export function shownRegistry({ label }: RegistryWriter): string {
  return label.replace(/^([a-z]+:\/\/[^/]+)\/$/, '$1');
}

function unnamed(scope: string): Failure {
  return new Failure({
    code: 'usage',
    message: `no registry is named for ${scope}`,
    hints: [
      `name it: --registry ${scope === ownScope ? '' : `${scope}=`}URL`,
      `or write \`${scope}:registry=URL\` into .npmrc; a registry of one's own runs by moby-compose registry serve`,
    ],
  });
}
