export { explain, type ExplainOptions } from './explain.ts';
export * from './result.ts';
export { formatRootFact } from './root-facts.ts';
export { defaultMaxSteps, solve, type SolveOptions } from './solve.ts';
