import { isWithin, parseVersion, parseRange, type KernelNeeds, type Requirement } from '@moby/model';
import { sorted, without } from '../order.ts';
import { added, broken, changed, type AbiDeclared, type Found } from './abi-diff.ts';

/** Derived from the bytes, which are compared themselves. */
const proven = /^soname:/;

/** Capabilities, requirements, programs and kernel needs as the manifests say them. */
export function diffDeclared(old: AbiDeclared, now: AbiDeclared, newNeed: 'minor' | 'patch'): readonly Found[] {
  return [
    ...diffCapabilities(old.provides, now.provides),
    ...diffRequirements(old.requires, now.requires, newNeed),
    ...newOf(Object.keys(old.conflicts), Object.keys(now.conflicts)).map((name) =>
      changed({ kind: 'need-component', name, sentence: `it can’t be together with ${name}, and could` }, newNeed),
    ),
    ...newOf(old.exec, now.exec).map((name) =>
      changed({ kind: 'need-program', name, sentence: `it expects the program ${name}, which the old one doesn’t` }, newNeed),
    ),
    ...newOf(now.exec, old.exec).map((name) =>
      changed({ kind: 'need-program', name, sentence: `it doesn’t expect the program ${name} any more` }),
    ),
    ...diffKernelNeeds(old.kernel, now.kernel, newNeed),
  ];
}

type Provides = AbiDeclared['provides'];

function diffCapabilities(old: Provides, now: Provides): readonly Found[] {
  const names = sorted(new Set([...Object.keys(old), ...Object.keys(now)])).filter((name) => !proven.test(name));
  return names.flatMap((name): readonly Found[] => {
    const [before, after] = [old[name], now[name]];
    if (after === undefined)
      return [
        broken({ kind: 'capability', name, ...(before === undefined ? {} : { before }), sentence: `it doesn’t offer ${name} any more` }),
      ];
    if (before === undefined) return [added({ kind: 'capability', name, after, sentence: `it offers ${name} ${after}` })];
    if (before === after) return [];
    const change = { kind: 'capability', name, before, after } as const;
    return [
      isWider(before, after)
        ? added({ ...change, sentence: `${name}: ${before} → ${after}` })
        : broken({ ...change, sentence: `${name}: ${before} → ${after}; who asks for ${asked(before)} isn’t met` }),
    ];
  });
}

/** Whoever the old offer met is met: within the caret of an exact version, or in a window that holds the old one. */
function isWider(before: string, after: string): boolean {
  const [version, range] = [parseVersion(after), parseRange(asked(before))];
  if (range === undefined) return false;
  if (version !== undefined) return parseVersion(before) !== undefined && isWithin(version, range) && !isLower(after, before);
  const [window, own] = [parseRange(after), parseRange(before)];
  return window !== undefined && own !== undefined && isWithin(own, window);
}

function isLower(a: string, b: string): boolean {
  const range = parseRange(`>=${b}`);
  const version = parseVersion(a);
  return range === undefined || version === undefined || !isWithin(version, range);
}

/** What a reader of an exact version is taken to ask for. */
function asked(offer: string): string {
  return parseVersion(offer) === undefined ? offer : `^${offer}`;
}

type Requires = Readonly<Record<string, Requirement>>;

function diffRequirements(old: Requires, now: Requires, newNeed: 'minor' | 'patch'): readonly Found[] {
  const names = sorted(new Set([...Object.keys(old), ...Object.keys(now)])).filter((name) => !proven.test(name));
  return names.flatMap((name): readonly Found[] => {
    const [before, after] = [old[name], now[name]];
    if (after === undefined) return [changed({ kind: 'need-component', name, sentence: `it doesn’t require ${name} any more` })];
    if (before === undefined)
      return [
        changed(
          { kind: 'need-component', name, after: after.range, sentence: `it requires ${name} ${after.range}, which the old one doesn’t` },
          newNeed,
        ),
      ];
    if (before.range === after.range && before.in === after.in) return [];
    const isLess = before.in === after.in && isWithin(before.range, after.range);
    const place = before.in === after.in ? '' : `, in: ${before.in} → ${after.in}`;
    const sentence = `it requires ${name} ${after.range}, and required ${before.range}${place}`;
    return [changed({ kind: 'need-component', name, before: before.range, after: after.range, sentence }, isLess ? 'patch' : newNeed)];
  });
}

function diffKernelNeeds(old: KernelNeeds | undefined, now: KernelNeeds | undefined, newNeed: 'minor' | 'patch'): readonly Found[] {
  const options = (needs: KernelNeeds | undefined): readonly string[] =>
    (needs?.config?.needs ?? []).map(({ anyOf }) => anyOf.map((all) => all.map(({ option }) => option).join(' and ')).join(' or '));
  const need = (name: string, what: string): Found =>
    changed({ kind: 'need-kernel', name, sentence: `it needs ${what} of the kernel, which the old one doesn’t` }, newNeed);
  const less = (name: string, what: string): Found =>
    changed({ kind: 'need-kernel', name, sentence: `it doesn’t need ${what} of the kernel any more` });
  const [before, after] = [old?.version, now?.version];
  const isNarrower = after !== undefined && before !== after && (before === undefined || !isWithin(before, after));
  return [
    ...newOf(old?.modules ?? [], now?.modules ?? []).map((name) => need(name, `the module ${name}`)),
    ...newOf(now?.modules ?? [], old?.modules ?? []).map((name) => less(name, `the module ${name}`)),
    ...newOf(options(old), options(now)).map((name) => need(name, name)),
    ...newOf(options(now), options(old)).map((name) => less(name, name)),
    ...(isNarrower ? [need(after, `version ${after}`)] : []),
  ];
}

function newOf(old: readonly string[], now: readonly string[]): readonly string[] {
  return sorted(without(now, old));
}
