import { publicKeysOf, type SigningKey } from '@moby/trust';
import type { Outcome } from '../outcome.ts';

/** The public half of a key, for people and for tools. */
export function keyOutcome(signing: SigningKey, { file, isNew }: { readonly file: string; readonly isNew: boolean }): Outcome {
  const [{ keyid, scheme, key } = { keyid: '', scheme: '', key: '' }] = publicKeysOf([signing]).keys;
  return {
    kind: 'done',
    value: { file, keyid, scheme, key },
    lines: [[`keyid   ${keyid}`], [`public  ${key}`]],
    ...(isNew ? { next: [[`the private half is in ${file}: keep a copy in a safe place, and show it to nobody`]] } : {}),
  };
}
