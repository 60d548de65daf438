import { type ContentStore, type DebSource, type Digest, Failure, formatBytes, type Progress } from '@moby/model';
import { type DebianLocation, noMirror } from '../debian/find-locations.ts';
import { pinDigest } from '../payload/open-sources.ts';
import { type Http, TransportError } from './open-http.ts';
import { poolAddresses } from './pool-addresses.ts';
import { SourceVanished } from './source-vanished.ts';

export interface FetchOptions {
  readonly store: ContentStore;
  /** Asked for only where something is missing in the store; see `findLocations`. */
  readonly locations: () => Promise<readonly DebianLocation[]>;
  readonly http: Http;
  /** Downloads at a time. */
  readonly parallel?: number;
  /** Nothing may be fetched: a missing file is a `Failure` `offline`. */
  readonly isOffline?: boolean;
  readonly progress?: Progress;
  /** Waits between attempts, for tests. */
  readonly delay?: (ms: number) => Promise<void>;
}

export interface FetchedBlobs {
  /** Files that were there already. */
  readonly stored: number;
  readonly fetched: number;
  readonly fetchedBytes: number;
}

const defaultParallel = 6;
/** Rounds over all locations; the pauses between them double. */
export const maxRounds = 4;
const firstPauseMs = 500;
/** No package of Debian is larger. */
export const maxPinBytes = 2_000_000_000;

/**
 * Sees to it that every pinned file is in the store, its sha256 checked while it comes. Throws `SourceVanished` (all pins
 * that no location has, after the others were fetched), `source-corrupt`, `no-mirror`, `network`, `offline`, `no-space`.
 */
export async function fetchBlobs(pins: readonly DebSource[], options: FetchOptions): Promise<FetchedBlobs> {
  const missing = await missingPins(pins, options.store);
  const stored = pins.length - missing.length;
  if (missing.length === 0) return { stored, fetched: 0, fetchedBytes: 0 };
  if (options.isOffline === true) throw offline(missing);
  const locations = await options.locations();
  const vanished: DebSource[] = [];
  const total = missing.reduce((sum, pin) => sum + pin.size, 0);
  let done = 0;
  const tell = (bytes: number): void => {
    done += bytes;
    options.progress?.step({ step: 'fetch', done, total, unit: 'bytes' });
  };
  tell(0);
  const queue = [...missing].sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1)).values();
  const stop = new AbortController();
  const lane = async (): Promise<void> => {
    for (const pin of queue) {
      if (stop.signal.aborted) return;
      const found = await fetchPin(pin, { ...options, addresses: poolAddresses(pin, locations), tell });
      if (!found) vanished.push(pin);
    }
  };
  const lanes = Array.from({ length: options.parallel ?? defaultParallel }, () =>
    lane().catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(lanes);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  if (vanished.length > 0) {
    throw new SourceVanished(
      vanished.sort((a, b) => (a.path < b.path ? -1 : 1)),
      locations.map((location) => location.url),
    );
  }
  return { stored, fetched: missing.length, fetchedBytes: total };
}

/** Each file once, by its sha256, those that the store has left out. */
async function missingPins(pins: readonly DebSource[], store: ContentStore): Promise<readonly DebSource[]> {
  const bySum = new Map<Digest, DebSource>();
  for (const pin of pins) {
    if (pin.size > maxPinBytes)
      throw new Failure({
        code: 'limit',
        message: `\`${pin.path}\` has ${formatBytes(pin.size)}; ${formatBytes(maxPinBytes)} are allowed`,
      });
    if (!(await store.has(pinDigest(pin)))) bySum.set(pinDigest(pin), pin);
  }
  return [...bySum.values()];
}

function offline(missing: readonly DebSource[]): Failure {
  const size = missing.reduce((sum, pin) => sum + pin.size, 0);
  const names = missing
    .slice(0, 3)
    .map((pin) => `\`${pin.package}\` ${pin.version}`)
    .join(', ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return new Failure({
    code: 'offline',
    message: `${names}${more} (${formatBytes(size)}) ${missing.length === 1 ? 'is' : 'are'} not in the store, and nothing may be fetched`,
    hints: ['run it once without --offline'],
  });
}

interface PinFetch extends FetchOptions {
  readonly addresses: readonly string[];
  readonly tell: (bytes: number) => void;
}

type Answer =
  | { readonly kind: 'stored' | 'missing' }
  | { readonly kind: 'corrupt' | 'failed' | 'unreachable'; readonly address: string; readonly fault: string };

/** False where every location says that it has no such file. */
async function fetchPin(pin: DebSource, options: PinFetch): Promise<boolean> {
  let addresses = options.addresses;
  const wrong: Answer[] = [];
  for (let round = 0; round < maxRounds; round += 1) {
    if (round > 0) await (options.delay ?? sleep)(firstPauseMs * 2 ** (round - 1));
    const again: string[] = [];
    const faults: Answer[] = [];
    for (const address of addresses) {
      const answer = await fetchOnce(pin, address, options);
      if (answer.kind === 'stored') return true;
      if (answer.kind === 'missing') continue;
      if (answer.kind === 'corrupt') wrong.push(answer);
      else {
        again.push(address);
        faults.push(answer);
      }
    }
    if (again.length === 0) break;
    addresses = again;
    if (round === maxRounds - 1 && wrong.length === 0) throw unanswered(pin, faults);
  }
  const first = wrong[0];
  if (first !== undefined && 'fault' in first) throw corrupt(pin, first.address, first.fault);
  return false;
}

async function fetchOnce(pin: DebSource, address: string, options: PinFetch): Promise<Answer> {
  let told = 0;
  try {
    const response = await options.http.get(address);
    if (response.status === 404 || response.status === 410) {
      response.discard();
      return { kind: 'missing' };
    }
    if (response.status !== 200) {
      response.discard();
      return { kind: response.status >= 500 ? 'unreachable' : 'failed', address, fault: `it answers ${response.status}` };
    }
    const pieces = bounded(response.body, pin.size, (bytes) => {
      told += bytes;
      options.tell(bytes);
    });
    await options.store.write(pieces, { expected: pinDigest(pin), sizeBytes: pin.size });
    return { kind: 'stored' };
  } catch (error) {
    options.tell(-told);
    if (error instanceof TransportError) return { kind: error.isUnreachable ? 'unreachable' : 'failed', address, fault: error.message };
    if (error instanceof WrongSize || (error instanceof Failure && error.code === 'wrong-digest'))
      return { kind: 'corrupt', address, fault: error.message };
    throw error;
  }
}

class WrongSize extends Error {}

/** Ends a body that is longer than it may be before it fills the disk, and one that is shorter as cut. */
async function* bounded(body: AsyncIterable<Uint8Array>, size: number, tell: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const piece of body) {
    received += piece.length;
    if (received > size) throw new WrongSize(`expected ${size} bytes, got more`);
    tell(piece.length);
    yield piece;
  }
  if (received < size) throw new WrongSize(`expected ${size} bytes, got ${received}`);
}

function corrupt(pin: DebSource, address: string, fault: string): Failure {
  return new Failure({
    code: 'source-corrupt',
    message: `\`${address}\` is not what \`${pin.package}\` ${pin.version} is pinned to: ${fault}`,
    hints: ['a cache or proxy between may have damaged it: try again, or another archive with --debian-mirror'],
  });
}

function unanswered(pin: DebSource, faults: readonly Answer[]): Failure {
  // A server's first address speaks for its others.
  const byServer = new Map<string, string>();
  for (const answer of faults) {
    if (!('fault' in answer)) continue;
    const server = new URL(answer.address).origin;
    if (!byServer.has(server)) byServer.set(server, `\`${answer.address}\`: ${answer.fault}`);
  }
  const tried = [...byServer.values()];
  if (faults.every((answer) => answer.kind === 'unreachable')) return noMirror(tried);
  return new Failure({
    code: 'network',
    message: `\`${pin.package}\` ${pin.version} can't be fetched after ${maxRounds} attempts: ${tried.join('; ')}`,
    hints: ['try again, or name another archive: --debian-mirror http://HOST/debian'],
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
