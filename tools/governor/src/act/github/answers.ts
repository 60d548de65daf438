import { Failure } from '@moby/model';

/** What GitHub answers is unknown until it is read: the readers of its parts. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = memberOf(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = memberOf(value, ...path);
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = memberOf(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** What has to be there. Throws `network`, since whoever answers so is not GitHub. */
export function needed<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new Failure({
    code: 'network',
    message: `the answer has no ${what}, which GitHub's API promises`,
    hints: ['is it the address of the API? a proxy in between may answer in its place'],
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
