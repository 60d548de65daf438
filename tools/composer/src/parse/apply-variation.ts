import { Failure, parseWish, type Wish } from '@moby/model';
import type { Variation } from '../request.ts';
import type { Assembly, Entry, RootWish } from './assembly.ts';

export function isVaried({ with: added, without, replace }: Variation): boolean {
  return added.length + without.length + replace.length > 0;
}

/** A folder name for a try: `redis-os--replace-crun-runc`. */
export function variationName(name: string, variation: Variation): string {
  const parts = [
    ...variation.with.map((text) => `with-${text}`),
    ...variation.without.map((text) => `without-${text}`),
    ...variation.replace.map((text) => `replace-${text}`),
  ].sort();
  return [name, ...parts.map((part) => part.replaceAll(/[^A-Za-z0-9.]+/g, '-').replaceAll(/^-+|-+$/g, ''))].join('--');
}

/**
 * An assembly with what the command line tries: `--with` adds to the machine's root, or as a service where the component
 * is one; `--without` and the left side of `--replace` are forbidden everywhere; the right side is preferred for
 * whatever the left offered. Expectations stay: with a service left out they fail, and that is what a try is for. Throws `usage`.
 */
export function applyVariation(options: {
  readonly assembly: Assembly;
  readonly variation: Variation;
  readonly isService: (name: string) => boolean;
  readonly offers: (name: string) => readonly string[];
}): Assembly {
  const { assembly, variation, isService, offers } = options;
  const replacements = variation.replace.map(parseReplacement);
  const gone = new Set([...variation.without.map((text) => wishOf(text, '--without').name), ...replacements.map(({ from }) => from.name)]);
  const swap = (wish: RootWish): RootWish => {
    const replacement = replacements.find(({ from }) => from.name === wish.name);
    return replacement === undefined ? wish : { ...replacement.to, where: wish.where };
  };
  const keep = (wish: RootWish): boolean => !gone.has(wish.name) || replacements.some(({ from }) => from.name === wish.name);
  const added = variation.with.map((text): RootWish => ({ ...wishOf(text, '--with'), where: `--with ${text}` }));
  const entries = assembly.entries.filter(({ wish }) => keep(wish)).map((entry): Entry => ({ ...entry, wish: swap(entry.wish) }));
  const services = added
    .filter(({ name }) => isService(name))
    .map((wish): Entry => ({
      section: 'services',
      name: freeName(wish.name, entries),
      wish,
      constraints: [],
      ports: [],
      place: entries[0]?.place ?? noPlace(assembly),
    }));
  const defaults = Object.fromEntries(replacements.flatMap(({ from, to }) => offers(from.name).map((capability) => [capability, to.name])));
  return {
    ...assembly,
    kernel: swap(assembly.kernel),
    init: swap(assembly.init),
    machine: [
      ...assembly.machine.filter(keep).map(swap),
      ...added.filter(({ name }) => !isService(name)),
      ...runtimeWishes(assembly, replacements, entries),
    ],
    defaults: { ...assembly.defaults, ...defaults },
    constraints: assembly.constraints.filter(({ name }) => !gone.has(name)),
    forbidden: [...new Set([...assembly.forbidden, ...gone])],
    entries: [...entries, ...services],
  };
}

interface Replacement {
  readonly from: Wish;
  readonly to: Wish;
}

/** `--replace crun=runc` speaks of what is in by a default too: then a range on the right side is a constraint. */
function runtimeWishes(assembly: Assembly, replacements: readonly Replacement[], entries: readonly Entry[]): readonly RootWish[] {
  const swapped = new Set(
    [
      assembly.kernel,
      assembly.init,
      ...assembly.machine,
      ...entries.map(({ wish }) => wish),
      ...assembly.entries.map(({ wish }) => wish),
    ].map(({ name }) => name),
  );
  return replacements
    .filter(({ from, to }) => !swapped.has(from.name) && to.range !== '*')
    .map(({ to }) => ({ ...to, where: '--replace' }));
}

function parseReplacement(text: string): Replacement {
  const at = text.indexOf('=');
  const to = at < 0 ? undefined : parseWish(text.slice(at + 1));
  if (at < 1 || to === undefined) {
    throw new Failure({
      code: 'usage',
      message: `\`--replace ${text}\` is not of the form A=B`,
      hints: ['for example --replace crun=runc, or --replace crun=runc@^1.1'],
    });
  }
  return { from: wishOf(text.slice(0, at), '--replace'), to };
}

function wishOf(text: string, flag: string): Wish {
  const wish = parseWish(text);
  if (wish !== undefined) return wish;
  throw new Failure({
    code: 'usage',
    message: `\`${flag} ${text}\` is not of the form name@range`,
    hints: ['a name has lowercase letters, digits and dashes; a range is one of npm’s semver'],
  });
}

function freeName(name: string, entries: readonly Entry[]): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!entries.some((entry) => entry.name === candidate)) return candidate;
  }
}

function noPlace(assembly: Assembly): Entry['place'] {
  return { file: assembly.file, line: 1, column: 1, length: 1, text: '' };
}
