import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, type HttpHeaders } from '@moby/content';
import { Failure } from '@moby/model';
import { registryAddress } from './registry-address.ts';

/** What npm's configuration says about registries. */
export interface NpmSettings {
  /** `@acme` → its registry, as `@acme:registry=` says. */
  readonly scopes: ReadonlyMap<string, string>;
  /**
   * What an address is told of who asks: the token (or name and password) that was given for its host and the nearest folder above its path; nothing
   * to any other. Throws `usage` where that can't be read.
   */
  credentials(url: URL): HttpHeaders;
}

type Environment = Readonly<Record<string, string | undefined>>;

const maxFileBytes = 256 * 1024;

/**
 * `.npmrc` of the current folder, and over what it leaves open the user's own. A variable is put in the user's file alone: a folder that somebody
 * else wrote must not choose which of them is sent where.
 */
export async function readNpmSettings(places: {
  readonly currentFolder: string;
  readonly homeFolder: string;
  readonly environment: Environment;
}): Promise<NpmSettings> {
  const { currentFolder, homeFolder, environment } = places;
  const own = userConfigFile(homeFolder, environment);
  const files = [
    { path: join(currentFolder, '.npmrc'), shown: '.npmrc', variables: undefined },
    { path: own, shown: own === join(homeFolder, '.npmrc') ? '~/.npmrc' : own, variables: environment },
  ];
  const entries = new Map<string, Entry>();
  for (const { path, shown, variables } of files) {
    for (const [key, entry] of parseNpmrc(await readText(path, shown), shown, variables)) if (!entries.has(key)) entries.set(key, entry);
  }
  return settingsOf(entries);
}

/** Where npm keeps what is a user's own. */
export function userConfigFile(homeFolder: string, environment: Environment): string {
  const named = environment['NPM_CONFIG_USERCONFIG'] ?? environment['npm_config_userconfig'] ?? '';
  return named === '' ? join(homeFolder, '.npmrc') : named;
}

interface Entry {
  readonly value: string;
  /** `~/.npmrc:3`. */
  readonly place: string;
  /** Why the value can't be used. */
  readonly trouble?: string;
}

/** `key = value` a line, as npm's `ini` reads them; sections, lists and what isn't about registries are passed over. */
function parseNpmrc(text: string, shown: string, variables: Environment | undefined): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const match = /^\s*([^=;#[\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, key = '', raw = ''] = match;
    if (!/^(?:@[a-z0-9][a-z0-9._-]*:registry|\/\/.*:(?:_authToken|_auth|username|_password))$/.test(key)) continue;
    entries.set(key, { ...expand(unquoted(raw), variables), place: `${shown}:${index + 1}` });
  }
  return entries;
}

function unquoted(raw: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(raw);
  if (quoted !== null) return quoted[2] ?? '';
  return raw
    .replace(/(?<!\\)[;#].*$/, '')
    .replace(/\\([;#\\])/g, '$1')
    .trim();
}

function expand(value: string, variables: Environment | undefined): Pick<Entry, 'value' | 'trouble'> {
  let trouble: string | undefined;
  const expanded = value.replace(/\$\{([^${}]+)\}/g, (all, name: string) => {
    const optional = name.endsWith('?');
    const wanted = optional ? name.slice(0, -1) : name;
    const found = variables?.[wanted] ?? (optional ? '' : undefined);
    if (variables === undefined) trouble ??= `names the variable \`${wanted}\`, which is read in your own ~/.npmrc only`;
    else if (found === undefined) trouble ??= `names the variable \`${wanted}\`, which is not set`;
    return found ?? all;
  });
  return { value: expanded, ...(trouble === undefined ? {} : { trouble }) };
}

function settingsOf(entries: ReadonlyMap<string, Entry>): NpmSettings {
  const scopes = new Map<string, string>();
  for (const [key, entry] of entries)
    if (key.startsWith('@')) scopes.set(key.slice(0, key.indexOf(':')), registryAddress(used(entry), entry.place));
  const at = (place: string, field: string): string | undefined => {
    const entry = entries.get(`${place}:${field}`);
    return entry === undefined ? undefined : used(entry);
  };
  return {
    scopes,
    credentials: (url) => {
      for (const place of placesOf(url)) {
        const token = at(place, '_authToken');
        if (token !== undefined) return { authorization: `Bearer ${token}` };
        const basic = at(place, '_auth');
        if (basic !== undefined) return { authorization: `Basic ${basic}` };
        const [name, password] = [at(place, 'username'), at(place, '_password')];
        if (name === undefined || password === undefined) continue;
        return { authorization: `Basic ${Buffer.from(`${name}:${Buffer.from(password, 'base64').toString()}`).toString('base64')}` };
      }
      return {};
    },
  };
}

function used({ value, place, trouble }: Entry): string {
  const bad = trouble ?? (/^[\u0021-\u007e]+$/.test(value) ? undefined : 'has a value that can’t be sent');
  if (bad === undefined) return value;
  throw new Failure({ code: 'usage', message: `\`${place}\` ${bad}`, hints: ['mend that line, or take it away'] });
}

/** `//host/a/b/`, `//host/a/`, `//host/`: where a credential for an address may stand, nearest first; npm also takes the spelling without the slash. */
function placesOf({ protocol, host, pathname }: URL): readonly string[] {
  if (protocol !== 'http:' && protocol !== 'https:') return [];
  const segments = pathname.split('/').filter((segment) => segment !== '');
  return Array.from({ length: segments.length + 1 }, (_, at) => {
    const path = segments.slice(0, segments.length - at).join('/');
    return path === '' ? [`//${host}/`, `//${host}`] : [`//${host}/${path}/`, `//${host}/${path}`];
  }).flat();
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes)
      throw new Failure({ code: 'limit', message: `\`${shown}\` has ${size} bytes; at most ${maxFileBytes} are read` });
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR') return '';
    throw new Failure({ code: 'io', message: `\`${shown}\` can't be read: ${errorCode(cause) ?? 'unknown error'}`, cause });
  }
}
