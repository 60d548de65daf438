import type { FoundComponent } from '@moby/registry-page';
import type { SearchQuery } from './search-query.ts';

/** What npm's clients read of a search. Nobody is rated here: the score says only how near a component is to the text. */
export function searchDocument(all: readonly FoundComponent[], { from, size }: SearchQuery): object {
  const sorted = all.toSorted((a, b) => a.rank - b.rank || (a.outline.npmName < b.outline.npmName ? -1 : 1));
  return { objects: sorted.slice(from, from + size).map(objectOf), total: sorted.length };
}

function objectOf({ outline: { npmName, npmVersion, kind, maintainers, entry }, rank }: FoundComponent): object {
  const { description, category, published } = entry;
  const people = maintainers.map(({ name, email }) => ({ username: name, ...(email === undefined ? {} : { email }) }));
  const final = 1 / (1 + rank);
  return {
    package: {
      name: npmName,
      scope: npmName.slice(1, npmName.indexOf('/')),
      version: npmVersion,
      description,
      keywords: [...new Set([kind, category])],
      ...(published === undefined ? {} : { date: published }),
      links: {},
      ...(people[0] === undefined ? {} : { publisher: people[0] }),
      maintainers: people,
    },
    score: { final, detail: { quality: final, popularity: final, maintenance: final } },
    searchScore: final,
  };
}
