export type { Question, StepNote } from './answers.ts';
export { checkAgain, rememberCheck, type CheckOutline } from './check-again.ts';
export { rememberRun, runAgain, type RunOutline } from './run-again.ts';
