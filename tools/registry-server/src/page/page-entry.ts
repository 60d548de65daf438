/** The process of `openPage`: reads the storage, judges what fits what, and gives the page's documents as they are asked for. */
import { isComponentName } from '@moby/model';
import { cataloguePath } from '@moby/registry/npm';
import { openPackageRegistry, openPageData, type Packages, type PageData } from '@moby/registry-page';
import { takeTurns } from '../gate/take-turns.ts';
import { answerQuestions, tellServer, textOf } from '../process/answer-questions.ts';
import { openCatalogue, type Catalogue } from './open-catalogue.ts';
import { pageRecords } from './page-records.ts';
import { searchDocument } from './search-document.ts';
import type { SearchQuery } from './search-query.ts';
import { storedPackages } from './stored-packages.ts';
import { watchOwners } from './watch-owners.ts';

/** Where everything lies. */
export interface PagePlace {
  /** The packages' folder. */
  readonly packages: string;
  /** What the page calls the registry. */
  readonly label: string;
  readonly scopes: readonly string[];
  /** A checkout of the library, whose OWNERS.yaml say who answers for a component. */
  readonly library: string | undefined;
}

/** What the process is told. */
export type PageOrder =
  | { readonly kind: 'open'; readonly place: PagePlace }
  /** npm's name of a package of which something is new. */
  | { readonly kind: 'changed'; readonly name: string };

/** Asks for a document by its address, or for what npm's search finds. */
export type PageQuestion = { readonly path: string } | { readonly query: SearchQuery };

export interface PageAnswer {
  /** Missing where there is no such document. */
  readonly bytes?: Uint8Array;
}

/** What it says by itself. */
export type PageNews =
  /** Documents of these addresses are others now. */
  { readonly kind: 'stale'; readonly paths: readonly string[] } | { readonly kind: 'trouble'; readonly error: string };

/** Documents of one kind: what is asked of them comes in its turn, so that an answer knows of every change before it. */
interface Documents {
  /** Reads everything once. */
  begin(): Promise<unknown>;
  bytes(path: string): Promise<Uint8Array | undefined>;
  /** The addresses of what may be others now. */
  refresh(npmName: string): Promise<readonly string[]>;
}

interface Opened {
  readonly catalogue: Documents;
  readonly page: Documents & { search(query: SearchQuery): Promise<object> };
}

function open(place: PagePlace): Opened {
  const packages = storedPackages(place);
  return { catalogue: catalogueDocuments(openCatalogue(packages)), page: pageDocuments(packages, place) };
}

function catalogueDocuments(catalogue: Catalogue): Documents {
  return {
    begin: () => catalogue.document(),
    bytes: async () => Buffer.from(`${JSON.stringify(await catalogue.document())}\n`),
    refresh: async (npmName) => {
      await catalogue.refresh(npmName);
      return [cataloguePath];
    },
  };
}

/** The page shows the components of the first scope; those of the others are found too. */
function pageDocuments(packages: Packages, { scopes, library }: PagePlace): Opened['page'] {
  const [first, ...others] = scopes.map((scope, at) => openScope({ ...packages, scope }, at === 0 ? library : undefined));
  if (first === undefined) throw new TypeError('a registry serves a scope');
  return {
    begin: () => first.data.paths(),
    bytes: async (path) => (await first.data.document(path))?.bytes,
    refresh: async (npmName) => {
      for (const other of others) await other.refresh(npmName);
      return first.refresh(npmName);
    },
    search: async (query) => {
      const found = await Promise.all([first, ...others].map(({ data }) => data.find(query.text)));
      return searchDocument(found.flat(), query);
    },
  };
}

interface Scope {
  readonly data: PageData;
  /** Does nothing for a name of another scope. */
  refresh(npmName: string): Promise<readonly string[]>;
}

function openScope(packages: Packages, library: string | undefined): Scope {
  const { scope } = packages;
  const registry = openPackageRegistry(packages);
  const data = openPageData({ registry, record: pageRecords(packages, library) });
  return {
    data,
    refresh: async (npmName) => {
      const name = npmName.startsWith(`${scope}/`) ? npmName.slice(scope.length + 1) : '';
      if (!isComponentName(name)) return [];
      registry.forget(name);
      return data.refresh(name);
    },
  };
}

/** A change of OWNERS.yaml is shown after so long. */
const ownersEveryMs = 2000;

const turns = takeTurns();
let opened: Opened | undefined;

answerQuestions<PageQuestion, PageOrder>({
  answer: (question) => {
    const kind = 'path' in question && question.path === cataloguePath ? 'catalogue' : 'page';
    return turns(kind, async (): Promise<PageAnswer> => {
      const bytes = opened === undefined ? undefined : await bytesFor(opened, question);
      return bytes === undefined ? {} : { bytes };
    });
  },
  onNews: (order) => {
    if (order.kind === 'open') {
      opened = open(order.place);
      if (order.place.library !== undefined) showOwners(order.place.library, order.place.scopes[0] ?? '@moby');
      inTurn('catalogue', ({ catalogue }) => catalogue.begin());
      inTurn('page', ({ page }) => page.begin());
      return;
    }
    for (const kind of ['catalogue', 'page'] as const) refresh(kind, order.name);
  },
});

async function bytesFor({ catalogue, page }: Opened, question: PageQuestion): Promise<Uint8Array | undefined> {
  if ('query' in question) return Buffer.from(`${JSON.stringify(await page.search(question.query))}\n`);
  return question.path === cataloguePath ? catalogue.bytes(question.path) : page.bytes(question.path);
}

function refresh(kind: keyof Opened, npmName: string): void {
  inTurn(kind, async (all) => tellServer({ kind: 'stale', paths: await all[kind].refresh(npmName) } satisfies PageNews));
}

/** Who owns a component changes without a write. The first look comes before the page reads anything. */
function showOwners(library: string, scope: string): void {
  const watch = watchOwners(library);
  const look = async (): Promise<void> => {
    for (const name of await watch.changed()) refresh('page', `${scope}/${name}`);
    setTimeout(() => void look(), ownersEveryMs).unref();
  };
  inTurn('page', look);
}

function inTurn(kind: keyof Opened, work: (all: Opened) => Promise<unknown>): void {
  turns(kind, async () => {
    if (opened !== undefined) await work(opened);
  }).catch((error: unknown) => tellServer({ kind: 'trouble', error: textOf(error) } satisfies PageNews));
}
