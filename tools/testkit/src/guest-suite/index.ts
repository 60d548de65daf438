export * from './cut-artifact.ts';
export * from './guest-suite.ts';
export { type GuestCase, inGuest, type SuiteGuest, type SuiteLine } from './suite-guest.ts';
