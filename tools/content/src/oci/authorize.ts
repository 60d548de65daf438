import { Failure } from '@moby/model';
import { printable } from '../archive/bad-archive.ts';
import type { HttpClient } from '../download/open-http.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { drain, readJson } from './read-answer.ts';
import type { OciRepository } from './repository.ts';

/** What a client sends to prove who it is; it belongs to the registry's own origin, and only that may be sent it. */
export interface Authorization {
  /** The header for the next request; undefined before the registry has asked for one. */
  readonly header: string | undefined;
  /** Answers what a 401 of the registry itself asks for; false where it can't be answered. Throws `denied`, `TransportError`. */
  answer(challenges: string): Promise<boolean>;
}

const maxTokenAnswerBytes = 1 << 18;
const maxTokenLength = 1 << 14;
const maxScopes = 16;

/**
 * Basic, or a token as registries give it (distribution's "Token authentication specification"): asked for at the challenge's
 * realm, with the credentials where there are any, else without.
 */
export function openAuthorization(options: {
  readonly repository: OciRepository;
  readonly credentials: Credentials | undefined;
  readonly http: HttpClient;
}): Authorization {
  const { repository, credentials } = options;
  const basic =
    credentials === undefined ? undefined : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  let header: string | undefined;
  return {
    get header() {
      return header;
    },
    answer: async (text) => {
      const challenges = parseChallenges(text);
      const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
      if (bearer !== undefined) {
        header = `Bearer ${await fetchToken(bearer, { ...options, basic })}`;
        return true;
      }
      // The same credentials a second time would be refused a second time.
      if (basic === undefined || header === basic || !challenges.some(({ scheme }) => scheme === 'basic')) return false;
      header = basic;
      return true;
    },
  };

  async function fetchToken(
    challenge: Challenge,
    { http }: { readonly http: HttpClient; readonly basic: string | undefined },
  ): Promise<string> {
    const address = tokenAddress(challenge, repository);
    if (basic !== undefined && !isRelated(address.hostname, new URL(repository.origin).hostname))
      throw new Failure({
        code: 'denied',
        message: `\`${repository.host}\` sends its users to \`${address.hostname}\`, and the credentials are for \`${repository.host}\` alone`,
        hints: ['a registry whose tokens come from another domain can be used without credentials only'],
      });
    const response = await http.send({
      method: 'GET',
      url: address.href,
      headers: { accept: 'application/json', ...(basic === undefined ? {} : { authorization: basic }) },
    });
    if (response.status !== 200) {
      await drain(response);
      throw new Failure({
        code: response.status >= 500 ? 'network' : 'denied',
        message: `\`${address.host}\` gives no token for ${repository.label}: it answers ${response.status}`,
      });
    }
    const token = tokenIn(await readJson(response, maxTokenAnswerBytes));
    if (token !== undefined) return token;
    throw new Failure({
      code: 'denied',
      message: `\`${address.host}\` gives no token for ${repository.label}: its answer has none that can be sent`,
    });
  }
}

/** The realm with service and scopes. It is spoken to as safely as the registry. */
function tokenAddress({ parameters }: Challenge, repository: OciRepository): URL {
  const realm = parameters.get('realm') ?? '';
  const address = URL.parse(realm);
  const isSafe = address?.protocol === 'https:' || (address?.protocol === 'http:' && repository.origin.startsWith('http:'));
  if (address === null || !isSafe || address.username !== '')
    throw new Failure({
      code: 'denied',
      message: `\`${repository.host}\` sends its users to \`${printable(realm.slice(0, 200))}\` for a token, which is no address that may be asked`,
    });
  address.hash = '';
  const service = parameters.get('service');
  if (service !== undefined) address.searchParams.set('service', service);
  for (const scope of (parameters.get('scope') ?? '')
    .split(' ')
    .filter((text) => text !== '')
    .slice(0, maxScopes))
    address.searchParams.append('scope', scope);
  return address;
}

/** The host itself, one below it, or one beside it: `auth.docker.io` for `registry-1.docker.io`, `gitlab.com` for `registry.gitlab.com`. */
function isRelated(realm: string, registry: string): boolean {
  if (realm === registry) return true;
  if (/^[0-9.]+$|:/.test(realm) || /^[0-9.]+$|:/.test(registry)) return false;
  const parent = registry.slice(registry.indexOf('.') + 1);
  return realm.endsWith(`.${registry}`) || (parent.includes('.') && (realm === parent || realm.endsWith(`.${parent}`)));
}

function tokenIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const token = 'token' in answer && answer.token !== '' ? answer.token : 'access_token' in answer ? answer.access_token : undefined;
  return typeof token === 'string' && token.length <= maxTokenLength && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}
