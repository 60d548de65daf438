import type { Brand } from './brand.ts';
import { parseRange, type Range } from './version.ts';

/** A component's name without npm's scope: lowercase letters, digits, dashes. */
export type ComponentName = Brand<string, 'ComponentName'>;

const namePattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const capabilityPattern = /^[a-z][a-z0-9-]*:[A-Za-z0-9_][A-Za-z0-9_.+/-]*$/;
const maxNameLength = 64;
const maxCapabilityLength = 160;

export function parseComponentName(text: string): ComponentName | undefined {
  return isComponentName(text) ? text : undefined;
}

export function isComponentName(text: string): text is ComponentName {
  return text.length <= maxNameLength && namePattern.test(text);
}

/** A capability always has a colon: `runtime:oci`, `soname:libssl.so.3`. */
export function isCapability(text: string): boolean {
  return text.length <= maxCapabilityLength && capabilityPattern.test(text);
}

/** `name@range`, the spelling of YAML, command line, messages and lock; a bare name admits everything. */
export interface Wish {
  readonly name: ComponentName;
  readonly range: Range;
}

export function parseWish(text: string): Wish | undefined {
  const at = text.indexOf('@');
  const name = parseComponentName(at < 0 ? text : text.slice(0, at));
  const range = parseRange(at < 0 ? '*' : text.slice(at + 1));
  return name === undefined || range === undefined || (at >= 0 && text.length === at + 1) ? undefined : { name, range };
}

export function formatWish(wish: Wish): string {
  return wish.range === '*' ? wish.name : `${wish.name}@${wish.range}`;
}
