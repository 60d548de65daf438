import type { Assembly, Entry, Replacement, RootWish } from './assembly.ts';

/** What an assembly's `with`, `without` and `replace` say, and the flags of the same names. */
export interface Change {
  readonly added: readonly RootWish[];
  readonly without: readonly RootWish[];
  readonly replaced: readonly Omit<Replacement, 'wished'>[];
}

/** The parts of an assembly that a change touches. */
export type Varied = Pick<Assembly, 'kernel' | 'init' | 'machine' | 'constraints' | 'entries' | 'forbidden' | 'replacements'>;

/**
 * An assembly with a change: what is left out is forbidden everywhere, what is replaced too, and its replacement stands
 * where it was wished for; for what was in without a wish, `toUniverse` prefers it. A later change wins over an earlier.
 */
export function vary<Part extends Varied>(part: Part, { added, without, replaced }: Change): Part {
  const gone = new Set([...without, ...replaced.map(({ from }) => from)].map(({ name }) => name));
  const wanted = new Set([...added, ...replaced.map(({ to }) => to)].map(({ name }) => name));
  const swap = (wish: RootWish): RootWish => {
    const to = replaced.find(({ from }) => from.name === wish.name)?.to;
    return to === undefined ? wish : { ...to, where: wish.where };
  };
  const stays = ({ name }: RootWish): boolean => !gone.has(name) || replaced.some(({ from }) => from.name === name);
  const wished = new Set(
    [part.kernel, part.init, ...part.machine, ...part.entries.flatMap((entry) => [entry.wish, ...entry.with])].map(({ name }) => name),
  );
  return {
    ...part,
    kernel: swap(part.kernel),
    init: swap(part.init),
    machine: [...part.machine.filter(stays).map(swap), ...added],
    constraints: part.constraints.filter(({ name }) => !gone.has(name)),
    entries: part.entries
      .filter(({ wish }) => stays(wish))
      .map((entry): Entry => ({ ...entry, wish: swap(entry.wish), with: entry.with.filter(stays).map(swap) })),
    forbidden: [...part.forbidden.filter(({ name }) => !wanted.has(name)), ...without],
    replacements: [
      ...part.replacements.filter(({ from }) => !wanted.has(from.name)),
      ...replaced.map((one) => ({ ...one, wished: wished.has(one.from.name) })),
    ],
  };
}
