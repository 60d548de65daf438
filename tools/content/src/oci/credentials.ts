import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import type { Environment } from '../download/proxy-settings.ts';
import { errorCode } from '../store/write-failure.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface CredentialsFound {
  readonly credentials: Credentials | undefined;
  /** Where nothing was found though something is kept: why, for whoever is denied. */
  readonly note?: string;
}

export interface CredentialsWish {
  /** Host and port of the registry. */
  readonly host: string;
  readonly env: Environment;
  /** `--username`; its password is in the environment. */
  readonly username?: string | undefined;
  /** Other hosts are spoken to as well: what the environment says names none, so nobody gets it. */
  readonly isOneOfSeveral?: boolean;
}

const usernameVariable = 'MOBY_COMPOSE_MIRROR_USERNAME';
const passwordVariable = 'MOBY_COMPOSE_MIRROR_PASSWORD';
const maxConfigBytes = 1 << 20;

/**
 * The credentials for one host: `--username` and the environment, else `auths` of docker's config.json. Credential helpers
 * are programs and are not run. Throws `usage`, `invalid-input`, `limit`, `io`.
 */
export async function findCredentials(wish: CredentialsWish): Promise<CredentialsFound> {
  const { host, env } = wish;
  const password = env[passwordVariable] ?? '';
  const username = wish.username ?? env[usernameVariable] ?? '';
  if (wish.username !== undefined && password === '')
    throw new Failure({
      code: 'usage',
      message: `\`--username ${wish.username}\` has no password`,
      hints: [`put it into the environment: ${passwordVariable}`],
    });
  const fromDocker = await readDockerConfig(host, env);
  if (username === '' || password === '') return fromDocker;
  if (wish.isOneOfSeveral !== true)
    return { credentials: checked({ username, password }, `\`${usernameVariable}\` and \`${passwordVariable}\``) };
  if (fromDocker.credentials !== undefined) return fromDocker;
  return { credentials: undefined, note: `\`${usernameVariable}\` names no host, and there is more than one mirror: use docker login` };
}

async function readDockerConfig(host: string, env: Environment): Promise<CredentialsFound> {
  const file = join(nonEmpty(env['DOCKER_CONFIG']) ?? join(nonEmpty(env['HOME']) ?? homedir(), '.docker'), 'config.json');
  const config = await readConfig(file);
  if (config === undefined) return { credentials: undefined };
  const auths = recordAt(config, 'auths');
  for (const key of keysOf(host)) {
    const entry = recordAt(auths, key);
    const credentials = entry === undefined ? undefined : credentialsOf(entry, `\`${file}\`, \`auths\`, \`${key}\``);
    if (credentials !== undefined) return { credentials };
    if (typeof entry?.['identitytoken'] === 'string')
      return { credentials: undefined, note: `\`${file}\` has an identity token for it, which is not used` };
  }
  const helper = keysOf(host).map((key) => recordAt(config, 'credHelpers')?.[key])[0] ?? config['credsStore'];
  return typeof helper === 'string' && helper !== ''
    ? { credentials: undefined, note: `\`${file}\` leaves credentials to the helper \`${helper}\`, which is not run` }
    : { credentials: undefined };
}

async function readConfig(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > maxConfigBytes)
      throw new Failure({ code: 'limit', message: `\`${file}\` has ${size} bytes; at most ${maxConfigBytes} are read` });
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw new Failure({ code: 'io', message: `\`${file}\` can't be read: ${errorCode(error) ?? 'unknown error'}`, cause: error });
  }
  try {
    const config: unknown = JSON.parse(text);
    if (isRecord(config)) return config;
  } catch {
    // A message of the parser would quote what stands in the file.
  }
  throw new Failure({
    code: 'invalid-input',
    message: `\`${file}\` is no JSON object`,
    hints: ['mend it, or name another folder: DOCKER_CONFIG'],
  });
}

/** As docker's own client spells them. */
function keysOf(host: string): readonly string[] {
  const keys = [host, `https://${host}`, `http://${host}`, ...['v1/', 'v2/', ''].map((path) => `https://${host}/${path}`)];
  return host === 'docker.io' || host === 'index.docker.io' ? ['https://index.docker.io/v1/', ...keys] : keys;
}

function credentialsOf(entry: Readonly<Record<string, unknown>>, where: string): Credentials | undefined {
  const { auth, username, password } = entry;
  if (typeof auth === 'string' && auth !== '') {
    const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = text.indexOf(':');
    if (colon <= 0)
      throw new Failure({
        code: 'invalid-input',
        message: `${where} is not \`user:password\` in base64`,
        hints: ['log in again: docker login'],
      });
    return checked({ username: text.slice(0, colon), password: text.slice(colon + 1) }, where);
  }
  if (typeof username !== 'string' || typeof password !== 'string' || username === '') return undefined;
  return checked({ username, password }, where);
}

/** RFC 7617: no colon in the name, and no control characters. */
function checked(credentials: Credentials, where: string): Credentials {
  const { username, password } = credentials;
  if (!username.includes(':') && !/[\0-\u001f\u007f]/.test(username + password)) return credentials;
  throw new Failure({ code: 'invalid-input', message: `${where} has a user or password with a control character, or a user with a colon` });
}

function recordAt(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
  const found = value[key];
  return isRecord(found) ? found : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
