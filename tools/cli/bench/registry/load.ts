/** A reader of packuments in a process of its own, so that it takes nothing from the server's: a `LoadOrder` in, a `Load` out, as JSON. */
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface LoadOrder {
  readonly port: number;
  /** What is asked for, each path as often as the others. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** So many requests are under way at any time, each on a connection that is kept. */
  readonly connections: number;
  /** So long; without it, each path once. */
  readonly forMs?: number;
}

export interface Load {
  readonly answers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesPerAnswer: number;
}

export const loadEntry: string = fileURLToPath(import.meta.url);

/** The same order in every run: a linear congruential generator (Numerical Recipes, section 7.1). */
function* picks(count: number): Generator<number> {
  for (let state = 20_261_129; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield Math.floor((state / 2 ** 32) * count);
  }
}

async function load({ port, paths, headers, connections, forMs }: LoadOrder): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const random = picks(paths.length);
  let [asked, bytes] = [0, 0];
  const began = performance.now();
  const next = (): string | undefined => {
    if (forMs === undefined) return paths[asked];
    return performance.now() - began < forMs ? paths[random.next().value ?? 0] : undefined;
  };
  const reader = async (): Promise<void> => {
    for (let path = next(); path !== undefined; path = next()) {
      asked += 1;
      const sent = performance.now();
      const received = await ask({ agent, port, path, headers });
      bytes += received;
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, reader));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    answers: times.length,
    perSecond: times.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    bytesPerAnswer: bytes / times.length,
  };
}

interface Ask {
  readonly agent: Agent;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bytes of the answer's body. */
function ask({ agent, port, path, headers }: Ask): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => (bytes += piece.length));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${path} was answered with ${response.statusCode}`)),
      );
    }).on('error', reject);
  });
}

if (process.argv[1] === loadEntry) process.stdout.write(JSON.stringify(await load(JSON.parse(await text(process.stdin)))));
