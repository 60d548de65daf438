export { checkFolder, type CheckedFolder, type RootFinding } from './check-folder.ts';
export { readFacts, type ReadFacts } from './read-facts.ts';
