import { Failure, parseComponentName } from '@moby/model';
import type { NamedRelease } from '@moby/registry/publish';
import { ownScope } from '../registry-places.ts';

/** `redis@8.0.2+r1` or `@acme/redis@8.0.201` → package and version. Throws `usage`. */
export function namedRelease(text: string): NamedRelease & { readonly scope: string } {
  const { scope, npmName, rest } = split(text);
  if (rest !== undefined && rest !== '') return { scope, npmName, version: rest };
  throw new Failure({
    code: 'usage',
    message: `\`${text}\` names no version`,
    hints: ['as redis@8.0.2+r1, or with npm’s version: redis@8.0.201'],
  });
}

/** `redis` or `@acme/redis`. Throws `usage`. */
export function namedPackage(text: string): { readonly scope: string; readonly name: string; readonly npmName: string } {
  const { scope, name, npmName, rest } = split(text);
  if (rest === undefined) return { scope, name, npmName };
  throw new Failure({
    code: 'usage',
    message: `\`${text}\` names a version, and what is asked for is the same for all`,
    hints: [`as ${name}`],
  });
}

/** Nothing is published because nothing was named. Throws `usage`. */
export function mustName(names: readonly string[]): readonly string[] {
  if (names.length > 0) return names;
  throw new Failure({
    code: 'usage',
    message: 'no component is named',
    hints: ['name each that is to be published: component publish redis/8.0', 'all that there are: moby-compose list components'],
  });
}

function split(text: string): {
  readonly scope: string;
  readonly name: string;
  readonly npmName: string;
  readonly rest: string | undefined;
} {
  const match = /^(?:(@[a-z0-9][a-z0-9._-]*)\/)?([^@]*)(?:@(.*))?$/s.exec(text);
  const [, scope = ownScope, component = '', rest] = match ?? [];
  const name = parseComponentName(component);
  if (name !== undefined) return { scope, name, npmName: `${scope}/${name}`, rest };
  throw new Failure({
    code: 'usage',
    message: `\`${text}\` names no component`,
    hints: ['as redis, or @acme/redis for one of another scope'],
  });
}
