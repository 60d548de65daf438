import { Failure } from '@moby/model';
import { publicKeysOf, verifyBundle } from '@moby/trust';
import type { ComingStatement } from '../judge/judge-work.ts';
import type { PublishBody } from '../publish/publish-body.ts';
import { textMember } from '../storage/json-object.ts';
import type { SignedStatement } from '../storage/write-package.ts';
import type { ComponentOwners } from './component-owners.ts';

export interface ToCheck {
  readonly name: string;
  readonly sent: PublishBody;
  readonly owners: ComponentOwners;
  readonly isRequired: boolean;
  readonly now: Date;
}

/** What a client sent to vouch for its release. */
export interface CheckedStatement extends ComingStatement {
  /** What is stored and served of it, once the rules have nothing against it. */
  readonly stored: SignedStatement;
}

/**
 * Verifies the signature of a publisher's statement by the keys of the owners; the rules say whether it is about this release, and what
 * follows where it isn't, or where none came along (MOBY-X803). Undefined where none did, or nobody's key is known here and none is asked for: such
 * a release is taken, and its statement isn't passed on.
 */
export function checkStatement({ name, sent, owners, isRequired, now }: ToCheck): CheckedStatement | undefined {
  const { bundle, version } = sent;
  if (bundle === undefined || (owners.kind === 'registry' && owners.keys.length === 0 && !isRequired)) return undefined;
  const what = `${name}@${version}`;
  const doubtful = (why: string): CheckedStatement => ({ keyid: 'nobody', why, stored: { bundle, predicateType: '', key: undefined } });
  if (owners.keys.length === 0) return doubtful(withoutKey(what, owners, isRequired));
  try {
    const { statement, key } = verifyBundle(bundle, owners.keys, what, now);
    const stored = { bundle, predicateType: textMember(statement, 'predicateType') ?? '', key: publicKeysOf([key]).keys[0]?.key };
    return { keyid: key.keyid, said: statement, stored };
  } catch (error) {
    if (error instanceof Failure) return doubtful(error.message);
    throw error;
  }
}

/** Why nobody can say whose a statement is, and what to do. */
function withoutKey(what: string, { kind }: ComponentOwners, isRequired: boolean): string {
  if (kind === 'registry')
    return `this registry has no library, and so no key that the statement about ${what} could be verified by: who runs it sets \`library\`, or leaves \`statements: required\` away`;
  const own = what.slice(what.indexOf('/') + 1, what.lastIndexOf('@'));
  const without = isRequired ? '' : 'publish it without, or ';
  return `components/${own}/OWNERS.yaml names no key that the statement about ${what} could be verified by: ${without}name one`;
}
