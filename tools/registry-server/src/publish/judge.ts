import { Refusal } from '../gate/refusal.ts';
import type { Role } from '../settings/registry-settings.ts';
import type { JsonObject } from '../storage/json-object.ts';
import type { StoredPackage } from '../storage/stored-package.ts';

/** A user, as the rules see it. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
}

/** A version that somebody wants to publish: its shape is checked, its bytes are those that its document says. */
export interface Publish {
  readonly name: string;
  readonly version: string;
  /** The version's document, as it will be served: the package's `package.json` with `dist`. */
  readonly document: JsonObject;
  readonly tarball: Uint8Array;
  /** `sha512-…`, computed of `tarball`. */
  readonly integrity: string;
  /** A sigstore bundle that came along. */
  readonly bundle: JsonObject | undefined;
  readonly by: Actor;
  /** What is published of this component already; undefined for its first version. */
  readonly published: StoredPackage | undefined;
}

/** A change of what is published: deprecation texts, a tag, a promotion. */
export interface Change {
  readonly name: string;
  readonly kind: 'deprecate' | 'tag' | 'promote';
  readonly versions: readonly string[];
  readonly by: Actor;
  readonly published: StoredPackage;
}

export interface RuleFinding {
  /** The rule's number, as `V506`. */
  readonly id: string;
  /** Its name, as `abi-bump`. */
  readonly name: string;
  readonly severity: 'error' | 'warning';
  /** One line: what is wrong, where, and what to do. */
  readonly message: string;
}

/** The rules of the registry's door. An error refuses; a rule that can't decide says so as an error. */
export interface Judge {
  publish(publish: Publish): Promise<readonly RuleFinding[]>;
  change(change: Change): Promise<readonly RuleFinding[]>;
}

/** What stands in for rules that are not there: nothing is published without them. */
export const noJudge: Judge = {
  publish: () => Promise.reject(withoutRules()),
  change: () => Promise.reject(withoutRules()),
};

function withoutRules(): Refusal {
  return new Refusal({ code: 'MOBY-D501', message: 'this registry has no rules to judge by, and so changes nothing' });
}
