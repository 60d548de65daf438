import type { State } from '@moby/governor';
import type { VerifyingKey } from '@moby/trust';
import type { Identity } from '../gate/identity.ts';
import { Refusal } from '../gate/refusal.ts';

/** Who answers for a component. */
export interface ComponentOwners {
  /** Where that stands: in the library's OWNERS.yaml, or here in the registry. */
  readonly kind: 'library' | 'registry';
  /** Whether it is known who answers for it, be it nobody who is a user here. */
  readonly isKnown: boolean;
  readonly lifecycle: State;
  /** Names of users; empty where nobody owns it yet. */
  readonly users: readonly string[];
  /** By which they sign releases. */
  readonly keys: readonly VerifyingKey[];
  /** The component's lines in the library, as `8.0`; empty where there is no library. */
  readonly lines: readonly string[];
}

/** Refuses a change of a component by somebody who doesn't answer for it. Stewards and bots may change every one. */
export function mustOwn(identity: Identity, name: string, { kind, users }: ComponentOwners): void {
  if (identity.role === 'steward' || identity.role === 'bot' || users.includes(identity.name)) return;
  const own = name.slice(name.indexOf('/') + 1);
  if (kind === 'registry') {
    if (users.length === 0) return;
    throw new Refusal({
      code: 'MOBY-D426',
      message: `\`${name}\` belongs to ${listed(users)}; a steward can make you an owner: npm owner add ${identity.name} ${name}`,
    });
  }
  throw new Refusal({
    code: 'MOBY-D426',
    message:
      users.length === 0
        ? `nobody may publish \`${name}\` yet: name \`registry: ${identity.name}\` in components/${own}/OWNERS.yaml by a pull request`
        : `\`${name}\` belongs to ${listed(users)}, as components/${own}/OWNERS.yaml says; it changes by a pull request`,
  });
}

function listed(users: readonly string[]): string {
  return users.map((user) => `\`${user}\``).join(', ');
}
