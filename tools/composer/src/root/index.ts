export { checkFolder, type CheckedFolder, type RootFinding } from './check-folder.ts';
export { readFacts, type ReadFacts } from './read-facts.ts';
export { type NamedSide, readSide, type SideQuestion } from './read-side.ts';
export { diffSides, type SidesDiff } from './diff-sides.ts';
