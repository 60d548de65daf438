import { pageData, type ComponentDocument, type IndexDocument, type PageSource } from '../src/index.ts';

export interface AllDocuments {
  readonly texts: ReadonlyMap<string, string>;
  readonly index: IndexDocument;
  component(name: string): ComponentDocument;
}

export async function readAll(source: PageSource): Promise<AllDocuments> {
  const texts = new Map<string, string>();
  for await (const { path, bytes } of pageData(source)) texts.set(path, Buffer.from(bytes).toString());
  const indexText = texts.get('-/web/data/index.json') ?? 'null';
  return {
    texts,
    index: JSON.parse(indexText),
    component: (name) => JSON.parse(texts.get(`-/web/data/components/${name}.json`) ?? 'null'),
  };
}
