import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../gate/refusal.ts';
import type { Log } from '../server/log.ts';
import type { PageOrder, PagePlace, PageWord } from './page-entry.ts';
import type { SearchQuery } from './search-query.ts';

/** The documents of a registry's page, and its catalogue, made in a process of their own. */
export interface Page {
  /** Begins to read the storage, so that the first one who asks waits less. */
  begin(): void;
  /** By its address, without a leading slash; undefined where there is none. Throws a `Refusal` where it takes too long, or can't be made. */
  document(path: string): Promise<Uint8Array | undefined>;
  /** What npm's search finds, as JSON. Throws as `document` does. */
  search(query: SearchQuery): Promise<Uint8Array | undefined>;
  /** Something of a package is new. Who asks from now on is told. */
  changed(name: string): void;
  /** Called with addresses whose documents may be others now. */
  onStale(listener: (paths: readonly string[]) => void): void;
  close(): void;
}

export interface PageOptions extends PagePlace {
  /** Who asks waits so long at most. */
  readonly waitMs: number;
  readonly log: Log;
  /** ms, monotonic. */
  readonly now: () => number;
}

/** Facts of a large library take a few hundred MB; whoever publishes more than that has no page, and the registry goes on. */
const heapMegabytes = 768;
/** A process that ended is not started again before. */
const pauseMs = 10_000;
/** Who asks for more at once is asked to come back. */
const maxWaiting = 1000;
/** Of these, searches: each goes through everything, and nobody keeps an answer. */
const maxSearching = 20;

interface Waiting {
  readonly settle: (bytes: Uint8Array | undefined) => void;
  readonly fail: (refusal: Refusal) => void;
}

/**
 * What fits what takes seconds to judge, and what is judged comes from anybody who may publish: so it is done in another process, which has a
 * bound of memory and a lower priority. Whatever becomes of it, the registry goes on.
 */
export function openPage(options: PageOptions): Page {
  return new ProcessPage(options);
}

class ProcessPage implements Page {
  readonly #options: PageOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners: ((paths: readonly string[]) => void)[] = [];
  #child: ChildProcess | undefined;
  #startedAt: number | undefined;
  #asked = 0;
  #searching = 0;
  #isClosed = false;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#running();
  }

  document(path: string): Promise<Uint8Array | undefined> {
    return this.#ask((id) => ({ kind: 'ask', id, path }));
  }

  async search(query: SearchQuery): Promise<Uint8Array | undefined> {
    if (this.#searching >= maxSearching) throw comeBack();
    this.#searching += 1;
    try {
      return await this.#ask((id) => ({ kind: 'search', id, query }));
    } finally {
      this.#searching -= 1;
    }
  }

  #ask(orderOf: (id: number) => PageOrder): Promise<Uint8Array | undefined> {
    const child = this.#waiting.size < maxWaiting ? this.#running() : undefined;
    if (child === undefined) return Promise.reject(comeBack());
    return new Promise((resolve, reject) => {
      const id = (this.#asked += 1);
      const timer = setTimeout(() => end(() => reject(comeBack())), this.#options.waitMs).unref();
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        settle();
      };
      this.#waiting.set(id, {
        settle: (bytes) => end(() => resolve(bytes)),
        fail: (refusal) => end(() => reject(refusal)),
      });
      this.#order(child, orderOf(id));
    });
  }

  changed(name: string): void {
    // One that starts later reads what is there then.
    if (this.#child !== undefined) this.#order(this.#child, { kind: 'changed', name });
  }

  onStale(listener: (paths: readonly string[]) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#isClosed = true;
    const child = this.#child;
    this.#left();
    child?.removeAllListeners();
    child?.kill('SIGKILL');
  }

  #running(): ChildProcess | undefined {
    if (this.#child !== undefined || this.#isClosed) return this.#child;
    const { now, packages, label, scopes, library, log } = this.#options;
    if (this.#startedAt !== undefined && now() - this.#startedAt < pauseMs) return undefined;
    this.#startedAt = now();
    const child = startProcess();
    this.#child = child;
    child.on('message', (word: PageWord) => this.#hear(word));
    child.once('error', (error) => this.#ended(child, error.message));
    child.once('exit', (code, signal) => this.#ended(child, `it ended with ${signal ?? code}`));
    this.#order(child, { kind: 'open', place: { packages, label, scopes, library } });
    log({ level: 'info', event: 'page-begun' });
    return child;
  }

  #order(child: ChildProcess, order: PageOrder): void {
    // What can't be sent is told by the end of the process.
    child.send(order, () => undefined);
  }

  #hear(word: PageWord): void {
    switch (word.kind) {
      case 'document':
        this.#waiting.get(word.id)?.settle(word.bytes);
        return;
      case 'failed':
        this.#options.log({ level: 'error', event: 'page', error: word.error });
        this.#waiting.get(word.id)?.fail(new Refusal({ code: 'MOBY-D500', message: 'the document could not be made' }));
        return;
      case 'stale':
        for (const listener of this.#listeners) listener(word.paths);
        return;
      case 'trouble':
        this.#options.log({ level: 'error', event: 'page', error: word.error });
    }
  }

  #ended(child: ChildProcess, why: string): void {
    if (this.#child !== child) return;
    this.#options.log({ level: 'error', event: 'page-ended', error: why });
    this.#left();
  }

  #left(): void {
    this.#child = undefined;
    for (const { fail } of this.#waiting.values()) fail(comeBack());
  }
}

function startProcess(): ChildProcess {
  const entry = `./page-entry${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
  const child = fork(fileURLToPath(new URL(entry, import.meta.url)), {
    execArgv: [...process.execArgv, `--max-old-space-size=${heapMegabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
  });
  // A server that is done doesn't wait for it; it ends when its server is gone.
  child.unref();
  child.channel?.unref();
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Where the system doesn't let us, it competes.
  }
  return child;
}

function comeBack(): Refusal {
  return new Refusal({ code: 'MOBY-D503', message: 'the page’s data is being made: try again', headers: { 'retry-after': '5' } });
}
