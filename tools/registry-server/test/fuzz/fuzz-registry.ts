import { checkStorage } from '../../src/storage/open-storage.ts';
import { prepareRoot, publishBody, publishPath, startServer, type RunningServer } from '../running-server.ts';
import type { EntryOptions } from '../server-entry.ts';
import { fuzzServer, FuzzFinding, type FuzzOptions, type FuzzReport, type FuzzTarget } from './fuzz-server.ts';

/** Short times and small bodies, so that many odd requests end soon; nobody is put off for asking much. */
const limits = `limits:
  publishBytes: 2000000
  idleMs: 1000
  requestMs: 5000
  writesBurst: 1000000
  writesPerMinute: 1000000
  loginFailures: 1000
  addressFailures: 100000
  loginWindowMs: 1000
`;
const users = ['carol', 'mike', 'stella', 'bo'] as const;
const canary = '@moby/fixed';

export interface FuzzRegistryOptions extends FuzzOptions {
  readonly root: string;
  readonly entry?: Partial<EntryOptions>;
}

/** Fuzzes a registry in a folder; in the end it must stop in order, with a storage that is. Throws `FuzzFinding`. */
export async function fuzzRegistry({ root, entry = {}, ...options }: FuzzRegistryOptions): Promise<FuzzReport> {
  const bugs: string[] = [];
  // A line that is no JSON was written by nobody who should.
  const onLine = (line: string): void => void (line.includes('"event":"bug"') || !line.startsWith('{') ? bugs.push(line) : undefined);
  const server = await startServer({ ...prepareRoot(root, limits), ...entry }, { onLine, keptLogLength: 1e6 });
  try {
    const report = await fuzzServer({ ...(await targetOf(server)), bugs: () => bugs }, options);
    const exitCode = await server.stop();
    if (exitCode !== 0) throw new FuzzFinding(`it stopped with ${exitCode}: ${server.stderr().slice(-2000)}`, []);
    const { findings } = await checkStorage(root, { repair: false, now: () => new Date() });
    if (findings.length > 0) throw new FuzzFinding(`its storage is not in order: ${JSON.stringify(findings.slice(0, 5))}`, []);
    return report;
  } finally {
    await server.kill();
  }
}

async function targetOf(server: RunningServer): Promise<Omit<FuzzTarget, 'bugs'>> {
  const [carol, ...tokens] = await Promise.all(users.map((user) => server.login(user)));
  if (carol === undefined) throw new Error('nobody could log in');
  const put = async (name: string): Promise<void> => {
    const body = publishBody({ name, document: { keywords: ['x'], component: { provides: [] } } });
    const { status, text } = await server.ask({ method: 'PUT', path: publishPath(name), token: carol, body });
    if (status !== 201) throw new Error(`${name} was not published: ${text}`);
  };
  // One that nobody says anything about, and one that everybody does.
  await put(canary);
  await put('@moby/canary');
  const { json } = await server.ask({ path: publishPath('@moby/canary') });
  return {
    port: server.port,
    process: server.process,
    world: { tokens: [carol, ...tokens], document: json },
    canaries: ['/-/healthz', publishPath(canary), `/${canary}/-/fixed-1.0.0.tgz`],
  };
}
