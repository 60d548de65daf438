import { Refusal } from '../gate/refusal.ts';
import { entryBeside, NoAnswer, openProcess, type BesideProcess } from '../process/open-process.ts';
import type { Log } from '../server/log.ts';
import type { PageAnswer, PageNews, PageOrder, PagePlace, PageQuestion } from './page-entry.ts';
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
const pauseMs = 10_000;
const maxWaiting = 1000;
/** Of these, searches: each goes through everything, and nobody keeps an answer. */
const maxSearching = 20;

/** What fits what takes seconds to judge, and what is judged comes from anybody who may publish: so it is done in another process. */
export function openPage({ waitMs, log, now, packages, label, scopes, library }: PageOptions): Page {
  let searching = 0;
  const listeners: ((paths: readonly string[]) => void)[] = [];
  const beside = openProcess({
    entry: entryBeside(import.meta.url, 'page-entry'),
    heapMegabytes,
    maxMs: waitMs,
    questions: 'many',
    maxWaiting,
    isBackground: true,
    pauseMs,
    now,
    greeting: { kind: 'open', place: { packages, label, scopes, library } } satisfies PageOrder,
    onStart: () => log({ level: 'info', event: 'page-begun' }),
    onNews: (news) => {
      if (!isNews(news)) return;
      if (news.kind === 'trouble') log({ level: 'error', event: 'page', error: news.error });
      else for (const listener of listeners) listener(news.paths);
    },
    onEnd: (error) => log({ level: 'error', event: 'page-ended', error }),
  });
  return {
    begin: () => beside.begin(),
    document: (path) => answerOf(beside, { path }, log),
    search: async (query) => {
      if (searching >= maxSearching) throw comeBack();
      searching += 1;
      try {
        return await answerOf(beside, { query }, log);
      } finally {
        searching -= 1;
      }
    },
    changed: (name) => beside.tell({ kind: 'changed', name } satisfies PageOrder),
    onStale: (listener) => void listeners.push(listener),
    close: () => beside.close(),
  };
}

async function answerOf(beside: BesideProcess, question: PageQuestion, log: Log): Promise<Uint8Array | undefined> {
  try {
    const answer = await beside.ask(question);
    return isAnswer(answer) ? answer.bytes : undefined;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.why !== 'failed') throw comeBack();
    log({ level: 'error', event: 'page', error: error.message });
    throw new Refusal({ code: 'MOBY-D500', message: 'the document could not be made' });
  }
}

function isNews(value: unknown): value is PageNews {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function isAnswer(value: unknown): value is PageAnswer {
  return typeof value === 'object' && value !== null;
}

function comeBack(): Refusal {
  return new Refusal({ code: 'MOBY-D503', message: 'the page’s data is being made: try again', headers: { 'retry-after': '5' } });
}
