import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import { openGate, type Handler } from '../gate/gate.ts';
import { holdBytes } from '../gate/hold-bytes.ts';
import { openLoginGuard } from '../gate/login-guard.ts';
import { Refusal } from '../gate/refusal.ts';
import { takeTurns } from '../gate/take-turns.ts';
import { openUsersFile } from '../gate/users-file.ts';
import { openWriteRate } from '../gate/write-rate.ts';
import type { JudgeWorld } from '../judge/open-judge.ts';
import { findOwners } from '../owners/find-owners.ts';
import { noJudge, type Judge } from '../publish/judge.ts';
import { formatAddress, type RegistrySettings } from '../settings/registry-settings.ts';
import { openStorage, type OpenStorage } from '../storage/open-storage.ts';
import type { StorageFinding } from '../storage/mend-storage.ts';
import { openPage } from '../page/open-page.ts';
import { openPageReads, type PageReads } from '../page/page-reads.ts';
import { openCatalogueSigner } from '../page/sign-catalogue.ts';
import { openWrites } from '../writes/writes.ts';
import { openReads } from '../reads/reads.ts';
import { openAccounts } from './accounts.ts';
import { boundConnections } from './bound-connections.ts';
import { openFront } from './front.ts';
import { openHealth, type HealthState } from './health.ts';
import type { Log } from './log.ts';
import { openPackageList } from './package-list.ts';
import { GateSilent, proveGate } from './prove-gate.ts';
import { keepProcess } from './keep-process.ts';
import { listen, stopServer } from './stop-server.ts';
import { ownPluginFolder, startVerdaccio, type RequestListener } from './start-verdaccio.ts';
import { addressOf } from './front.ts';

export interface ServeOptions {
  /** The folder that holds everything. */
  readonly root: string;
  readonly settings: RegistrySettings;
  readonly log: Log;
  /** Where Verdaccio's own warnings go, as lines of JSON: a file, or a descriptor. */
  readonly verdaccioLog: string | number;
  /** The rules; without them nothing is published. */
  readonly judge?: (world: JudgeWorld) => Judge;
  /** The server stops: what is being answered ends first. */
  readonly signal: AbortSignal;
  /** It stops now. */
  readonly impatience?: AbortSignal;
  readonly now: () => Date;
  /** The port is open. */
  readonly onReady: (ready: Ready) => void;
  readonly pluginFolder?: string;
  /** How often the gate is proved again while the port is open. */
  readonly proveEveryMs?: number;
}

export interface Ready {
  /** `http://127.0.0.1:4873` */
  readonly url: string;
  readonly root: string;
  readonly packages: number;
  readonly versions: number;
  /** What was found in the storage, and mended. */
  readonly findings: readonly StorageFinding[];
}

const defaultProveEveryMs = 30_000;

/**
 * Runs a registry until the signal: own the folder, mend it, start Verdaccio behind the gate, prove that the gate is there,
 * and only then open the port. Throws `storage-in-use`, `gate-open`, `port-in-use`, `store-corrupt`, `io`.
 */
export async function serveRegistry(options: ServeOptions): Promise<void> {
  const { root, settings, log, signal, now, onReady } = options;
  const storage = await openStorage(root, { now });
  const process = keepProcess(log);
  const privateFolder = await mkdtemp(join(tmpdir(), 'moby-registry-'));
  const servers: Server[] = [];
  const ends: (() => Promise<void>)[] = [];
  try {
    for (const finding of storage.state.findings)
      log({ level: finding.remedy === undefined ? 'error' : 'warn', event: 'storage', ...finding });
    const health: HealthState = { isStopping: false, gateProvedAt: 0, isGateSilent: false };
    const page = openPage({
      packages: storage.folder.packages,
      label: settings.url ?? `a registry of ${settings.scopes.join(', ')}`,
      scopes: settings.scopes,
      library: settings.library,
      waitMs: settings.limits.idleMs / 2,
      log,
      now: () => performance.now(),
    });
    ends.push(async () => page.close());
    const signer = openCatalogueSigner({ keys: storage.keys, path: storage.folder.catalogue, log });
    const { listener, settled, judge } = await startListener(options, { storage, health, page: openPageReads(page, signer) });
    ends.push(settled, async () => judge.close?.());
    const inside = createServer(listener({ isPrivate: true }));
    const socketPath = join(privateFolder, 'gate.sock');
    await listen(inside, socketPath);
    servers.push(inside);
    await proveGate(socketPath, settings.scopes[0] ?? '@moby');
    health.gateProvedAt = now().getTime();
    const outside = createServer(serverOptions(settings), listener({ isPrivate: false }));
    outside.maxConnections = settings.limits.connections;
    boundConnections(outside, settings, log);
    const address = await listen(outside, settings.listen);
    servers.unshift(outside);
    const url = `http://${formatAddress(address)}`;
    log({ level: 'info', event: 'ready', url, root, packages: storage.state.packages, versions: storage.state.versions });
    onReady({ url, root, ...storage.state });
    if (storage.state.packages > 0) page.begin();
    await untilEnd({
      signal,
      lost: storage.lost,
      prove: () => proveGate(socketPath, settings.scopes[0] ?? '@moby'),
      everyMs: options.proveEveryMs ?? defaultProveEveryMs,
      health,
      log,
      now,
    });
    log({ level: 'info', event: 'stopping' });
  } catch (error) {
    // Without its gate or its folder nothing more may be answered, also nothing that has begun.
    for (const server of servers) server.closeAllConnections();
    throw error;
  } finally {
    for (const server of servers) await stopServer(server, { stopMs: settings.limits.stopMs, impatience: options.impatience });
    for (const end of ends) await end();
    await storage.close();
    await rm(privateFolder, { recursive: true, force: true });
    process.release();
    log({ level: 'info', event: 'stopped' });
  }
}

interface Listener {
  readonly listener: (kind: { readonly isPrivate: boolean }) => RequestListener;
  /** Resolves when no write is being carried out any more. */
  readonly settled: () => Promise<void>;
  readonly judge: Judge;
}

interface Opened {
  readonly storage: OpenStorage;
  readonly health: HealthState;
  readonly page: PageReads;
}

async function startListener(options: ServeOptions, { storage, health, page }: Opened): Promise<Listener> {
  const { settings, log, now, judge: makeJudge = () => noJudge, pluginFolder = ownPluginFolder } = options;
  const users = openUsersFile(storage.folder.users);
  const monotonic = (): number => performance.now();
  const judge = makeJudge({ settings, storage: storage.folder, journal: storage.journal, log, now });
  const running = new Set<Promise<unknown>>();
  const install = (app: unknown, auth: unknown, verdaccioStorage: unknown): void => {
    const list = openPackageList(verdaccioStorage);
    const writes = openWrites({
      settings,
      store: { storage: storage.folder, journal: storage.journal, keys: storage.keys, now },
      users,
      accounts: openAccounts(auth, settings.tokenDays),
      loginGuard: openLoginGuard(settings.limits, monotonic),
      writeRate: openWriteRate(settings.limits, monotonic),
      turns: takeTurns(),
      bodies: holdBytes(settings.limits.heldBytes),
      judge,
      findOwners: findOwners({ library: settings.library, scopes: settings.scopes, journal: storage.journal }),
      newNames: new Set(),
      onNewPackage: (name) =>
        list.add(name).catch((error: unknown) => log({ level: 'error', event: 'list-not-written', name, error: String(error) })),
      addressOf: ({ request }) => addressOf(request, settings),
      log,
    });
    const tracked: typeof writes = {
      handle: (write) => {
        const work = writes.handle(write);
        running.add(work);
        const leave = (): void => void running.delete(work);
        work.then(leave, leave);
        const { route } = write;
        const tell = (): void => void ('name' in route && page.changed(route.name));
        // Also where the disk failed: what can't be said to be written may be there.
        work.then(
          ({ status }) => status === 201 && tell(),
          (error: unknown) => error instanceof Refusal || tell(),
        );
        return work;
      },
    };
    use(app, openGate({ settings, users, writes: tracked, log }));
  };
  const verdaccio = await startVerdaccio({ storage: storage.folder, settings, log: options.verdaccioLog, install, pluginFolder });
  const reads = openReads({ settings, storage: storage.folder, journal: storage.journal, keys: storage.keys, page });
  return {
    listener: ({ isPrivate }) =>
      openFront({
        settings,
        verdaccio,
        health: openHealth(health, () => now().getTime()),
        log: isPrivate ? (entry) => (entry.event === 'request' ? undefined : log(entry)) : log,
        now: monotonic,
        clock: now,
        reads,
      }),
    settled: async () => void (await Promise.allSettled(running)),
    judge,
  };
}

function use(app: unknown, handler: Handler): void {
  const isApp = (value: unknown): value is { use(handler: Handler): void } =>
    typeof value === 'function' && 'use' in value && typeof value.use === 'function';
  if (!isApp(app)) throw new TypeError('this version of Verdaccio gives a plugin no app');
  app.use(handler);
}

function serverOptions({ limits }: RegistrySettings): object {
  return {
    requestTimeout: limits.requestMs,
    headersTimeout: Math.min(limits.requestMs, limits.idleMs),
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
  };
}

interface UntilEnd {
  readonly signal: AbortSignal;
  readonly lost: AbortSignal;
  readonly prove: () => Promise<void>;
  readonly everyMs: number;
  readonly health: HealthState;
  readonly log: Log;
  readonly now: () => Date;
}

/** Resolves at the signal; rejects where the folder or the gate is lost, so that the port is closed. */
function untilEnd({ signal, lost, prove, everyMs, health, log, now }: UntilEnd): Promise<void> {
  return new Promise((resolve, reject) => {
    let isProving = false;
    const proveAgain = async (): Promise<void> => {
      if (isProving) return;
      isProving = true;
      try {
        await prove();
        health.gateProvedAt = now().getTime();
        health.isGateSilent = false;
      } catch (error) {
        if (error instanceof GateSilent) {
          health.isGateSilent = true;
          log({ level: 'warn', event: 'gate-silent', error: error.message });
        } else end(() => reject(error instanceof Error ? error : new Error(String(error))));
      } finally {
        isProving = false;
      }
    };
    const timer = setInterval(() => void proveAgain(), everyMs);
    const end = (settle: () => void): void => {
      clearInterval(timer);
      health.isStopping = true;
      settle();
    };
    const onSignal = (): void => end(resolve);
    const onLost = (): void =>
      end(() => reject(lost.reason instanceof Error ? lost.reason : new Failure({ code: 'io', message: 'the folder was lost' })));
    signal.addEventListener('abort', onSignal, { once: true });
    lost.addEventListener('abort', onLost, { once: true });
    if (signal.aborted) onSignal();
    if (lost.aborted) onLost();
  });
}
