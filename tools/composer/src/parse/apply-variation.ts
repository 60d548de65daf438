import { Failure, parseWish } from '@moby/model';
import type { Variation } from '../request.ts';
import type { Assembly, Entry, RootWish } from './assembly.ts';
import { vary, type Change } from './vary.ts';

export function isVaried({ with: added, without, replace, layout }: Variation): boolean {
  return added.length + without.length + replace.length > 0 || layout !== undefined;
}

/** A folder name for a try: `redis-os--replace-crun-runc`. */
export function variationName(name: string, variation: Variation): string {
  const parts = [
    ...variation.with.map((text) => `with-${text}`),
    ...variation.without.map((text) => `without-${text}`),
    ...variation.replace.map((text) => `replace-${text}`),
    ...(variation.layout === undefined ? [] : [`layout-${variation.layout}`]),
  ].sort();
  return [name, ...parts.map((part) => part.replaceAll(/[^A-Za-z0-9.]+/g, '-').replaceAll(/^-+|-+$/g, ''))].join('--');
}

/**
 * An assembly with what the command line tries: `--with` adds to the machine's root, or as a service where the component
 * is one. Expectations stay: with a service left out they fail, and that is what a try is for. Throws `usage`.
 */
export function applyVariation(assembly: Assembly, variation: Variation, isService: (name: string) => boolean): Assembly {
  const added = variation.with.map((text) => wishOf(text, '--with'));
  const varied = vary(assembly, {
    added: added.filter(({ name }) => !isService(name)),
    without: variation.without.map((text) => wishOf(text, '--without')),
    replaced: variation.replace.map(parseReplacement),
  });
  const services: Entry[] = [];
  for (const wish of added.filter(({ name }) => isService(name))) {
    services.push({
      section: 'services',
      name: freeName(wish.name, [...varied.entries, ...services]),
      wish,
      with: [],
      constraints: [],
      ports: [],
      place: varied.entries[0]?.place ?? noPlace(assembly),
    });
  }
  return { ...varied, entries: [...varied.entries, ...services], layout: variation.layout ?? assembly.layout };
}

function parseReplacement(text: string): Change['replaced'][number] {
  const where = `--replace ${text}`;
  const at = text.indexOf('=');
  const to = at < 0 ? undefined : parseWish(text.slice(at + 1));
  if (at < 1 || to === undefined) {
    throw new Failure({
      code: 'usage',
      message: `\`--replace ${text}\` is not of the form A=B`,
      hints: ['for example --replace crun=runc, or --replace crun=runc@^1.1'],
    });
  }
  return { from: { ...wishOf(text.slice(0, at), '--replace'), where }, to: { ...to, where } };
}

function wishOf(text: string, flag: string): RootWish {
  const wish = parseWish(text);
  if (wish !== undefined) return { ...wish, where: `${flag} ${text}` };
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
