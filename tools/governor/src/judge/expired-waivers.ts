import type { Policy } from './policy.ts';
import type { Waiver } from './waiver.ts';

/** Waivers whose last day is before `today`, with their indexes in the policy. */
export function expiredWaivers(
  { waivers }: Pick<Policy, 'waivers'>,
  today: string,
): readonly { readonly index: number; readonly waiver: Waiver }[] {
  return waivers.flatMap((waiver, index) => (waiver.until !== undefined && waiver.until < today ? [{ index, waiver }] : []));
}
