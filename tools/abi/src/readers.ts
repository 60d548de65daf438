/** What reads bytes, without the rules that judge: for a command that prints facts and nothing else. */
export { extractFacts, type FactsEntry } from './extract.ts';
export { extractSymbols } from './extract-symbols.ts';
export { extractAddedModule } from './kernel/added-module.ts';
export { formatKind, platformOf } from './machine.ts';
