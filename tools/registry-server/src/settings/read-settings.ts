import { nearest, readYaml, type Diagnostic, type Document, type Judged } from '@moby/model';
import { dirname, resolve } from 'node:path';
import { isJsonObject } from '../storage/json-object.ts';
import { defaultSettings, parseListen, roles, type RegistryLimits, type RegistrySettings, type Role } from './registry-settings.ts';

/** A configuration file as it may say; every key is optional. */
type Path = readonly (string | number)[];

const keys = ['listen', 'storage', 'scopes', 'url', 'proxies', 'users', 'library', 'store', 'statements', 'tokenDays', 'limits'] as const;
/** The largest value that a limit may have; the least is 1. */
const greatest: Readonly<Record<keyof RegistryLimits, number>> = {
  publishBytes: 256 << 20,
  heldBytes: 4 * 1024 ** 3,
  cacheBytes: 64 * 1024 ** 3,
  writesBurst: 1_000_000,
  writesPerMinute: 1_000_000,
  loginFailures: 1000,
  addressFailures: 100_000,
  loginWindowMs: 24 * 3600_000,
  connections: 100_000,
  addressConnections: 100_000,
  requestMs: 3600_000,
  idleMs: 3600_000,
  stopMs: 600_000,
};
const scopePattern = /^@[a-z][a-z0-9-]{1,38}$/;
const userPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const maxTokenDays = 365;

export interface SettingsFile {
  readonly settings: RegistrySettings;
  readonly storage: string | undefined;
  /** The content store whose packages prove payloads. */
  readonly store: string | undefined;
}

/** Reads a configuration: YAML, unknown keys are errors, each finding has its place. */
export async function readSettings(file: string, text: string): Promise<Judged<SettingsFile>> {
  const read = await readYaml({ file, text });
  if (!read.ok) return read;
  const reading = new Reading(read.value);
  const value = reading.all();
  return reading.findings.length > 0 ? { ok: false, findings: reading.findings } : { ok: true, value, findings: [] };
}

class Reading {
  readonly findings: Diagnostic[] = [];
  readonly #document: Document;

  constructor(document: Document) {
    this.#document = document;
  }

  all(): SettingsFile {
    const { value } = this.#document;
    if (value !== null && !isJsonObject(value)) this.#wrong([], 'a configuration is a mapping');
    const settings = isJsonObject(value) ? value : {};
    this.#known(settings, keys, []);
    return {
      storage: this.#folder(settings['storage'], ['storage']),
      store: this.#folder(settings['store'], ['store']),
      settings: {
        listen:
          parseListen(
            this.#text(settings['listen'], ['listen'], (text) => parseListen(text) !== undefined, 'an address as `127.0.0.1:4873`') ?? '',
          ) ?? defaultSettings.listen,
        scopes:
          this.#texts(settings['scopes'], ['scopes'], (text) => scopePattern.test(text), 'a scope as `@moby`') ?? defaultSettings.scopes,
        url: this.#text(settings['url'], ['url'], isAddress, 'an http or https address without a path'),
        proxies: this.#texts(settings['proxies'], ['proxies'], (text) => /^[0-9a-f.:]{2,45}$/i.test(text), 'an IP address') ?? [],
        roles: this.#roles(settings['users']),
        library: this.#folder(settings['library'], ['library']),
        statements: this.#statements(settings['statements']),
        tokenDays: this.#number(settings['tokenDays'], ['tokenDays'], maxTokenDays) ?? defaultSettings.tokenDays,
        limits: this.#limits(settings['limits']),
      },
    };
  }

  #roles(value: unknown): ReadonlyMap<string, Role> {
    const found = new Map<string, Role>();
    if (value === undefined) return found;
    if (!isJsonObject(value)) this.#wrong(['users'], 'a mapping of user names to roles');
    else {
      for (const [name, text] of Object.entries(value)) {
        const role = roles.find((each) => each === text);
        if (!userPattern.test(name)) this.#wrong(['users', name], 'a user name of letters, digits, `.`, `_`, `-`');
        else if (role === undefined) this.#wrong(['users', name], `one of ${roles.map((each) => `\`${each}\``).join(', ')}`);
        else found.set(name, role);
      }
    }
    return found;
  }

  /** Counts from the configuration's own folder. */
  #folder(value: unknown, path: Path): string | undefined {
    const text = this.#text(value, path, (each) => each !== '', 'a folder');
    return text === undefined ? undefined : resolve(dirname(this.#document.file), text);
  }

  #statements(value: unknown): RegistrySettings['statements'] {
    const text = this.#text(value, ['statements'], (each) => each === 'optional' || each === 'required', '`optional` or `required`');
    return text === 'required' ? 'required' : 'optional';
  }

  #limits(value: unknown): RegistryLimits {
    const limits = { ...defaultSettings.limits };
    if (value === undefined) return limits;
    if (!isJsonObject(value)) {
      this.#wrong(['limits'], 'a mapping of limits to numbers');
      return limits;
    }
    this.#known(value, Object.keys(greatest), ['limits']);
    for (const name of Object.keys(greatest).filter(isLimit))
      limits[name] = this.#number(value[name], ['limits', name], greatest[name]) ?? limits[name];
    return limits;
  }

  #number(value: unknown, path: Path, most: number): number | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
    this.#wrong(path, `a whole number from 1 to ${most}`);
    return undefined;
  }

  #texts(value: unknown, path: Path, isGood: (text: string) => boolean, what: string): readonly string[] | undefined {
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length > 0) {
      const texts: readonly unknown[] = value;
      return texts.map((text, at) => this.#text(text ?? null, [...path, at], isGood, what) ?? '');
    }
    this.#wrong(path, `a list, each ${what}`);
    return undefined;
  }

  #text(value: unknown, path: Path, isGood: (text: string) => boolean, what: string): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string' && isGood(value)) return value;
    this.#wrong(path, what);
    return undefined;
  }

  #known(value: object, known: readonly string[], path: Path): void {
    for (const key of Object.keys(value).filter((each) => !known.includes(each))) {
      const near = nearest(key, known);
      this.findings.push({
        severity: 'error',
        code: 'unknown-key',
        message: `\`${key}\` is no key of a registry's configuration`,
        place: this.#document.placeOf([...path, key], { key: true }),
        ...(near === undefined ? {} : { note: `did you mean \`${near}\`?` }),
      });
    }
  }

  #wrong(path: Path, expected: string): void {
    this.findings.push({ severity: 'error', code: 'invalid-value', message: `expected ${expected}`, place: this.#document.placeOf(path) });
  }
}

function isLimit(name: string): name is keyof RegistryLimits {
  return Object.hasOwn(greatest, name);
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.pathname === '/' &&
    url.search === '' &&
    url.username === ''
  );
}
