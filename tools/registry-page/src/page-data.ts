import { setImmediate } from 'node:timers/promises';
import type { ComponentName } from '@moby/model';
import type { ComponentDocument, MatrixDocument } from './documents.ts';
import { findComponents, haystackOf, type Haystack } from './find-components.ts';
import { indexDocument } from './index-document.ts';
import { bounded, pageLimits } from './limits.ts';
import { lineDocument, listed } from './line-document.ts';
import { openNeighbourhood, type Neighbourhood } from './neighbourhood.ts';
import { outlineOf, type Outline } from './outline.ts';
import { readLines } from './read-lines.ts';
import type { ComponentRecord, PageSource } from './records.ts';
import { openVerdicts, type Verdicts } from './verdicts/open-verdicts.ts';

/** A JSON document that the page reads, by its address below the registry's, without a leading slash. */
export interface PageDocument {
  readonly path: string;
  readonly contentType: 'application/json';
  readonly bytes: Uint8Array;
}

/** All data of a registry's page. The same registry gives the same bytes. */
export interface PageData {
  /** The addresses of all documents, sorted. */
  paths(): Promise<readonly string[]>;
  /** Made when it is asked for; undefined where there is none of that address. */
  document(path: string): Promise<PageDocument | undefined>;
  /** Components in which a text is found, the nearest first: see `findComponents`. */
  find(text: string): Promise<readonly FoundComponent[]>;
  /**
   * Something of a component is new: a version, a tag, an owner. Reads it anew, and gives the addresses of the documents that may be
   * others now, sorted: the index, its own, and those of its neighbours before and after. One that is gone has no document any more.
   */
  refresh(name: ComponentName): Promise<readonly string[]>;
}

export interface FoundComponent {
  readonly outline: Pick<Outline, 'npmName' | 'npmVersion' | 'kind' | 'maintainers' | 'entry'>;
  /** The lower, the nearer; 0 for its very name. */
  readonly rank: number;
}

const indexPath = '-/web/data/index.json';
const componentPath = /^-\/web\/data\/components\/([a-z][a-z0-9-]*)\.json$/;

/**
 * Reads each component once, when the first document is asked for, and keeps of it what others' documents say; facts are read again where
 * lines are judged. Between components the event loop goes on, so that a server answers meanwhile.
 */
export function openPageData(source: PageSource): PageData {
  return new RegistryPageData(source);
}

/** All documents of a registry, one after another, the index first: for a registry that is written as files. */
export async function* pageData(source: PageSource): AsyncGenerator<PageDocument> {
  const data = openPageData(source);
  for (const path of [indexPath, ...(await data.paths()).filter((one) => one !== indexPath)]) {
    const document = await data.document(path);
    if (document !== undefined) yield document;
  }
}

class RegistryPageData implements PageData {
  readonly #source: PageSource;
  readonly #verdicts: Verdicts;
  #outlines: Promise<Map<ComponentName, Outline>> | undefined;
  #neighbourhood: Neighbourhood | undefined;
  readonly #haystacks = new WeakMap<Outline, Haystack>();

  constructor(source: PageSource) {
    this.#source = source;
    this.#verdicts = openVerdicts(source.registry);
  }

  async paths(): Promise<readonly string[]> {
    return [indexPath, ...[...(await this.#all()).keys()].map(pathOf)].sort();
  }

  async document(path: string): Promise<PageDocument | undefined> {
    const outlines = await this.#all();
    if (path === indexPath)
      return json(path, indexDocument([...outlines.values()], bounded(this.#source.registry.label, pageLimits.indexText)));
    const named = componentPath.exec(path)?.[1];
    const outline = [...outlines.values()].find(({ name }) => name === named);
    return outline === undefined ? undefined : json(path, await this.#component(outline));
  }

  async find(text: string): Promise<readonly FoundComponent[]> {
    const outlines = [...(await this.#all()).values()];
    return findComponents(
      outlines.map((outline) => this.#haystack(outline)),
      text,
    );
  }

  async refresh(name: ComponentName): Promise<readonly string[]> {
    const outlines = await this.#all();
    const before = outlines.get(name);
    const touched = new Set<ComponentName>([name, ...(before === undefined ? [] : (await this.#around()).around(before))]);
    const after = await this.#outline(name);
    if (after === undefined) outlines.delete(name);
    else outlines.set(name, after);
    this.#neighbourhood = undefined;
    this.#verdicts.forget(name);
    if (after !== undefined) for (const other of (await this.#around()).around(after)) touched.add(other);
    return [indexPath, ...[...touched].map(pathOf)].sort();
  }

  #all(): Promise<Map<ComponentName, Outline>> {
    this.#outlines ??= this.#read();
    return this.#outlines;
  }

  async #read(): Promise<Map<ComponentName, Outline>> {
    const outlines = new Map<ComponentName, Outline>();
    for (const name of await this.#source.registry.names()) {
      const outline = await this.#outline(name);
      if (outline !== undefined) outlines.set(name, outline);
      await setImmediate();
    }
    return outlines;
  }

  async #outline(name: ComponentName): Promise<Outline | undefined> {
    const record = await this.#source.record(name);
    return outlineOf(name, (await readLines(this.#source.registry, name)).lines, record);
  }

  #haystack(outline: Outline): Haystack {
    const haystack = this.#haystacks.get(outline) ?? haystackOf(outline);
    this.#haystacks.set(outline, haystack);
    return haystack;
  }

  async #around(): Promise<Neighbourhood> {
    this.#neighbourhood ??= openNeighbourhood(await this.#all());
    return this.#neighbourhood;
  }

  async #component(outline: Outline): Promise<ComponentDocument> {
    const { registry } = this.#source;
    const record = await this.#source.record(outline.name);
    const { lines, unreadable, notices } = await readLines(registry, outline.name);
    const neighbourhood = await this.#around();
    const dependents = neighbourhood.dependents(outline);
    const needing = (what: string): readonly string[] => dependents.filter((one) => one.what.includes(what)).map((one) => one.outline.name);
    const [newest] = lines;
    if (newest === undefined) throw new TypeError(`${outline.name} had lines a moment ago`);
    const { manifest } = newest.component;
    return {
      page: 1,
      name: outline.name,
      npmName: manifest.npmName,
      description: bounded(manifest.description),
      kind: manifest.kind,
      category: manifest.category,
      ...ownersOf(record),
      lines: lines.map((line) => lineDocument(line, { record, notices, neighbourhood, needing })),
      dependents: listed(
        dependents.map(({ outline: { name, kind }, lines: asking, how, what }) => ({ name, kind, lines: asking, how, what })),
        pageLimits.names,
      ),
      matrices: await this.#matrices(outline, neighbourhood),
      unreadable: unreadable.slice(0, pageLimits.versions),
    };
  }

  async #matrices(outline: Outline, neighbourhood: Neighbourhood): Promise<ComponentDocument['matrices']> {
    const outlines = await this.#all();
    const around = neighbourhood.around(outline).flatMap((name) => outlines.get(name) ?? []);
    const providers = new Set(neighbourhood.providers(outline));
    // What it needs before what needs it: there may be hundreds of the latter.
    const chosen = [...around.filter(({ name }) => providers.has(name)), ...around.filter(({ name }) => !providers.has(name))];
    const matrices: MatrixDocument[] = [];
    for (const other of chosen.slice(0, pageLimits.neighbours)) {
      const asks = asksOf({
        isProvider: providers.has(other.name),
        isUser: neighbourhood.providers(other).includes(outline.name) || outline.kind === 'kernel',
      });
      matrices.push(await this.#verdicts.between(outline, other, asks));
      await setImmediate();
    }
    const telling = matrices.filter(({ cells }) => cells.flat().some(({ fit }) => fit !== 'none'));
    return { items: this.#verdicts.sorted(telling), more: Math.max(0, chosen.length - pageLimits.neighbours) };
  }
}

/** Who of the two asks; a component that asks something of a kernel's options needs it too. */
function asksOf({ isProvider, isUser }: { readonly isProvider: boolean; readonly isUser: boolean }): MatrixDocument['asks'] {
  if (isProvider && isUser) return 'both';
  return isUser ? 'other' : 'own';
}

function ownersOf({
  lifecycle,
  successor,
  maintainers = [],
}: ComponentRecord): Pick<ComponentDocument, 'lifecycle' | 'successor' | 'maintainers'> {
  return {
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(successor === undefined ? {} : { successor }),
    maintainers: maintainers.slice(0, pageLimits.versions),
  };
}

function pathOf(name: ComponentName): string {
  return `-/web/data/components/${name}.json`;
}

function json(path: string, value: object): PageDocument {
  return { path, contentType: 'application/json', bytes: Buffer.from(`${JSON.stringify(value)}\n`) };
}
