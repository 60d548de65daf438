/** What a page's documents hold at most, whatever a registry holds. What is left out is counted where it would stand. */
export const pageLimits = {
  /** Of a component, newest first. */
  lines: 12,
  /** Of a line, newest first. */
  versions: 50,
  /** Rows of what a line requires, recommends, offers and so on, each. */
  needs: 300,
  /** Paths of a kind in a line. */
  paths: 500,
  /** Components in one list. */
  names: 2000,
  /** Neighbours whose lines are judged with those of a component. */
  neighbours: 100,
  /** Lines of each side of a matrix, newest first. */
  matrixLines: 6,
  /** Sentences that give the reason of one cell. */
  reasons: 5,
  /** Characters of a text in a component's document. */
  text: 1000,
  /** Of the index: characters of a description, capabilities and file names of a component. */
  indexText: 120,
  indexCapabilities: 60,
  indexFiles: 400,
  /** Of all components together: what a component has beyond its even share is left out of the index. */
  indexFileCharacters: 180_000,
  indexCapabilityCharacters: 80_000,
  /** Components whose facts are held at a time while lines are judged. */
  heldComponents: 200,
  /** Judged pairs of components that are held for the other one's page; each has at most some 40 kB. */
  heldPairs: 1000,
} as const;

export function bounded(text: string, characters: number = pageLimits.text): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
