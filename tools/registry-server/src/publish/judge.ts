import { Refusal } from '../gate/refusal.ts';
import type { ComingStatement } from '../judge/judge-work.ts';
import type { ComponentOwners } from '../owners/component-owners.ts';
import type { Role } from '../settings/registry-settings.ts';
import type { JsonObject } from '../storage/json-object.ts';
import type { PayloadState, StoredPackage } from '../storage/stored-package.ts';

/** A user, as the rules see it. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
}

/** A version that somebody wants to publish: its shape is checked, its bytes are those that its document says. */
export interface Publish {
  readonly name: string;
  readonly version: string;
  /** The component's line that it goes to, as `8.0`. */
  readonly line: string;
  /** The version's document, as the client sent it. */
  readonly document: JsonObject;
  readonly tarball: Uint8Array;
  /** `sha512-…`, computed of `tarball`. */
  readonly integrity: string;
  readonly by: Actor;
  readonly owners: ComponentOwners;
  /** What came along to vouch for it; its signature is looked at, and nothing else. */
  readonly statement: ComingStatement | undefined;
  /** What is published of this component already; undefined for its first version. */
  readonly published: StoredPackage | undefined;
  /** Names that others are publishing for the first time right now, and began before. */
  readonly arriving: readonly string[];
}

/** A change of what is published: deprecation texts, a tag, a promotion. */
export interface Change {
  readonly name: string;
  readonly kind: 'deprecate' | 'tag' | 'promote';
  readonly versions: readonly string[];
  readonly by: Actor;
  readonly owners: ComponentOwners;
  readonly published: StoredPackage;
}

export interface RuleFinding {
  /** The rule's number, as `MOBY-V506`. */
  readonly rule: string;
  /** Its name, as `abi-bump`. */
  readonly name: string;
  readonly severity: 'error' | 'tool-error' | 'review' | 'warning' | 'hint';
  readonly message: string;
}

export interface Judgement {
  readonly findings: readonly RuleFinding[];
  /** Why it is refused: each rule's number and text, as stock clients print it. Undefined where it passes. */
  readonly refusal: string | undefined;
  /** Of the version that is published or promoted. */
  readonly payload: PayloadState;
}

/** The rules of the registry's door. What a rule can't decide never passes. */
export interface Judge {
  publish(publish: Publish): Promise<Judgement>;
  change(change: Change): Promise<Judgement>;
  /** The server has stopped. */
  close?(): void;
}

/** What stands in for rules that are not there: nothing is published without them. */
export const noJudge: Judge = {
  publish: () => Promise.reject(withoutRules()),
  change: () => Promise.reject(withoutRules()),
};

function withoutRules(): Refusal {
  return new Refusal({ code: 'MOBY-D501', message: 'this registry has no rules to judge by, and so changes nothing' });
}
