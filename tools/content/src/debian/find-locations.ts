import { readFile } from 'node:fs/promises';
import { Failure } from '@moby/model';
import { type Http, TransportError } from '../download/open-http.ts';
import type { Environment } from '../download/proxy-settings.ts';
import { type AptSource, readAptSources } from './apt-sources.ts';

/** An archive: `<url>/dists/…` and `<url>/pool/…`. Main and security archive are two locations. */
export interface DebianLocation {
  /** Without a trailing slash. */
  readonly url: string;
  /** For messages: `--debian-mirror`, `apt's sources`. */
  readonly origin: string;
}

export interface MirrorChoice {
  /** `--debian-mirror`: one address, or several separated by commas or blanks. */
  readonly option?: string | undefined;
  readonly env: Environment;
  /** The address or addresses of the configuration. */
  readonly configuration?: string | undefined;
  /** `/etc/apt`, where it is not given otherwise. */
  readonly aptFolder?: string;
  /** Data in place of the repository's own list of public mirrors. */
  readonly publicMirrors?: readonly PublicMirror[];
}

export interface PublicMirror {
  readonly name: string;
  readonly main: string;
  readonly security: string;
}

export const mirrorVariable = 'MOBY_COMPOSE_DEBIAN_MIRROR';

const attempts = 2;
const headBytes = 4096;

type Outcome = { readonly location: DebianLocation; readonly fault: string | undefined };

/**
 * The archives to read, in the order of trying. What is named explicitly is taken alone: option, else environment, else
 * configuration; else apt's sources whose Release says `Origin: Debian`; else a public mirror. Throws `no-mirror`, naming
 * what was tried, where none of them answers.
 */
export async function findLocations(choice: MirrorChoice, http: Http): Promise<readonly DebianLocation[]> {
  const named = namedLocations(choice);
  if (named !== undefined) return settle(await Promise.all(named.map((location) => probe(location, http))));
  const sources = await readAptSources(choice.aptFolder ?? '/etc/apt');
  const fromApt = await Promise.all(firstSuites(sources).map((source) => probeApt(source, http)));
  const found = fromApt.filter((outcome) => outcome.fault === undefined).map((outcome) => outcome.location);
  if (found.length > 0) return withSecurity(found);
  const mirrors = choice.publicMirrors ?? (await readPublicMirrors());
  const tried = [...fromApt];
  for (const mirror of mirrors) {
    const origin = `public mirror of ${mirror.name}`;
    const pair = await Promise.all([mirror.main, mirror.security].map((url) => probe({ url: trimmed(url), origin }, http)));
    if (pair.every((outcome) => outcome.fault === undefined)) return pair.map((outcome) => outcome.location);
    tried.push(...pair);
  }
  return settle(tried.map((outcome) => ({ ...outcome, fault: outcome.fault ?? 'its other archive does not answer' })));
}

function namedLocations(choice: MirrorChoice): readonly DebianLocation[] | undefined {
  const candidates: readonly (readonly [string | undefined, string])[] = [
    [choice.option, '--debian-mirror'],
    [choice.env[mirrorVariable], mirrorVariable],
    [choice.configuration, 'the configuration'],
  ];
  for (const [text, origin] of candidates) {
    const urls = (text ?? '').split(/[\s,]+/).filter((url) => url !== '');
    if (urls.length > 0) return withSecurity(urls.map((url) => ({ url: checkedUrl(url, origin), origin })));
  }
  return undefined;
}

/** A main archive's security archive lies beside it, by custom; where it does not, each request there finds nothing. */
function withSecurity(locations: readonly DebianLocation[]): readonly DebianLocation[] {
  if (locations.some(({ url }) => url.endsWith('security'))) return locations;
  return locations.flatMap((location) =>
    location.url.endsWith('/debian') ? [location, { ...location, url: `${location.url}-security` }] : [location],
  );
}

function checkedUrl(url: string, origin: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return trimmed(url);
  throw new Failure({
    code: 'usage',
    message: `\`${url}\` of ${origin} is no http or https address`,
    hints: ['give the folder that has `dists` and `pool`, as http://HOST/debian'],
  });
}

/** Any answer shows that there is a server, but for those of a proxy that can't reach it. */
async function probe(location: DebianLocation, http: Http): Promise<Outcome> {
  let fault: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const response = await http.get(`${location.url}/dists/`);
      response.discard();
      if (response.status < 500) return { location, fault: undefined };
      fault = `it answers ${response.status}`;
    } catch (error) {
      fault = faultOf(error);
    }
  }
  return { location, fault };
}

async function probeApt(source: AptSource, http: Http): Promise<Outcome> {
  const location = { url: source.url, origin: "apt's sources" };
  let fault: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const response = await http.get(`${source.url}/dists/${source.suite}/InRelease`, { headers: { range: `bytes=0-${headBytes - 1}` } });
      if (response.status === 200 || response.status === 206) return { location, fault: foreign(await readHead(response.body)) };
      response.discard();
      fault = `it answers ${response.status}`;
      if (response.status < 500) return { location, fault };
    } catch (error) {
      fault = faultOf(error);
    }
  }
  return { location, fault };
}

function foreign(release: string): string | undefined {
  return /^Origin: Debian\s*$/m.test(release) && /^Label: Debian(?:-Security)?\s*$/m.test(release)
    ? undefined
    : 'it is not Debian: its Release has another origin';
}

async function readHead(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size >= headBytes) break;
  }
  return Buffer.concat(pieces).toString('latin1', 0, headBytes);
}

/** One suite of each address: the origin is the archive's. */
function firstSuites(sources: readonly AptSource[]): readonly AptSource[] {
  const byUrl = new Map<string, AptSource>();
  for (const source of sources) if (!byUrl.has(source.url)) byUrl.set(source.url, source);
  return [...byUrl.values()];
}

function settle(outcomes: readonly Outcome[]): readonly DebianLocation[] {
  const answering = outcomes.filter((outcome) => outcome.fault === undefined);
  if (answering.length > 0) return answering.map((outcome) => outcome.location);
  throw noMirror(outcomes.map(({ location, fault }) => `\`${location.url}\` (${location.origin}): ${fault ?? 'no answer'}`));
}

/** No archive answers. `tried` has one phrase for each. */
export function noMirror(tried: readonly string[]): Failure {
  return new Failure({
    code: 'no-mirror',
    message: `no Debian mirror can be reached: ${tried.length === 0 ? 'none is known' : tried.join('; ')}`,
    hints: [
      `name one that you can reach: --debian-mirror http://HOST/debian, or set ${mirrorVariable}`,
      'behind a proxy, set http_proxy and https_proxy',
      'with everything in the store already, --offline needs no mirror',
    ],
  });
}

function faultOf(error: unknown): string {
  if (error instanceof TransportError) return error.message;
  throw error;
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

async function readPublicMirrors(): Promise<readonly PublicMirror[]> {
  const data: unknown = JSON.parse(await readFile(new URL('../../data/public-mirrors.json', import.meta.url), 'utf8'));
  const mirrors: readonly unknown[] =
    typeof data === 'object' && data !== null && 'mirrors' in data && Array.isArray(data.mirrors) ? data.mirrors : [];
  return mirrors.filter(isPublicMirror);
}

function isPublicMirror(value: unknown): value is PublicMirror {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'main' in value &&
    'security' in value &&
    [value.name, value.main, value.security].every((text) => typeof text === 'string')
  );
}
