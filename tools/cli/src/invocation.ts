import { basename } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How the program was called, for the commands that it prints: `npx moby-compose`, or the launcher's path as the launcher
 * says it; `moby-compose` where neither can be told.
 */
export function invocationOf(environment: Environment): string {
  const called = environment['MOBY_COMPOSE_LAUNCHER'] ?? '';
  if (basename(called) === 'moby-compose' && called.includes('/') && !called.includes('/node_modules/')) return called;
  return environment['npm_command'] === 'exec' ? 'npx moby-compose' : 'moby-compose';
}

/** Puts the invocation where a text names a command to type. */
export function withInvocation(text: string, invocation: string): string {
  return text.replace(/(?:npx (?:--no -- )?)?(?<![\w/.-])moby-compose (?=[a-z-])/g, `${invocation} `);
}

/** A finding, or anything else with hints, with the commands as this person types them. */
export function atHand<T extends { readonly hints?: readonly string[] }>(value: T, invocation: string): T {
  return value.hints === undefined ? value : { ...value, hints: value.hints.map((hint) => withInvocation(hint, invocation)) };
}
