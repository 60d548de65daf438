export { answerUniverse, type UniverseAnswer, type UniverseDocument } from './answer-universe.ts';
export { explain, explainWaysOut, type ExplainOptions, type WayOut } from './explain.ts';
export type { WhyYanked } from './phrases.ts';
export { parseUniverse, universeLimits, type PlacedUniverse, type UniverseText } from './parse-universe.ts';
export * from './result.ts';
export { formatRootFact, withRange, withRootFacts } from './root-facts.ts';
export { defaultMaxSteps, solve, solveStably, stabilize, type SolveOptions } from './solve.ts';
