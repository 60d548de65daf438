import { goShimReplies, type GoFacts, type GoService } from '@moby/model';
import { without } from '../order.ts';
import { added, broken, changed, unknown, type FactsPair, type Found } from './abi-diff.ts';

/**
 * RPC services of Go programs, and how a shim and its daemon meet. A served service that is gone is a break: its registration
 * was linked. A client that is gone breaks only where a shim can't do without, as whoever links the package links all clients.
 */
export function diffServices({ before, after }: FactsPair): readonly Found[] {
  const programs = new Map(after.facts.elf.map((elf) => [elf.path, elf]));
  return before.facts.elf.flatMap((elf): readonly Found[] => {
    const now = programs.get(elf.path);
    if (elf.go === undefined || now === undefined) return [];
    return diffProgram(elf.path, elf.go, now.go ?? {});
  });
}

function diffProgram(file: string, old: GoFacts, now: GoFacts): readonly Found[] {
  if (old.services === undefined) return diffShimStart(file, old, now);
  if (now.services === undefined) {
    const sentence = `nobody can read which services ${file} has now`;
    return [unknown({ kind: 'rpc-service', name: 'services', file, sentence }), ...diffShimStart(file, old, now)];
  }
  const served = compare(old.services.provides, now.services.provides);
  const spoken = compare(old.services.consumes, now.services.consumes);
  return [
    ...served.gone.map((name) => broken({ kind: 'rpc-service', name, file, sentence: `${file} serves ${name} no more` })),
    ...served.come.map((name) => added({ kind: 'rpc-service', name, file, sentence: `${file} serves ${name}` })),
    ...spoken.gone.map((name) => {
      const change = { kind: 'rpc-service', name, file, sentence: `${file} speaks ${name} no more` } as const;
      return isTask(name) ? broken(change) : changed(change);
    }),
    ...spoken.come.map((name) => {
      const change = { kind: 'rpc-service', name, file, sentence: `${file} speaks ${name}` } as const;
      return isTask(name) ? added(change) : changed(change);
    }),
    ...diffShimStart(file, old, now),
  ];
}

/** What a containerd accepts is its offer to shims; what a shim prints is the shim's to containerds. */
function diffShimStart(file: string, old: GoFacts, now: GoFacts): readonly Found[] {
  const [was, is] = [old.shimStart, now.shimStart];
  const base = { kind: 'shim-start', file } as const;
  const emits =
    was?.emits === undefined || is?.emits === undefined || was.emits === is.emits
      ? []
      : [
          // An older reply is understood by every daemon that understands the newer.
          (goShimReplies.indexOf(is.emits) > goShimReplies.indexOf(was.emits) ? broken : changed)({
            ...base,
            name: is.emits,
            before: was.emits,
            after: is.emits,
            sentence: `${file} answers its start as ${is.emits}, and answered as ${was.emits}`,
          }),
        ];
  if (was?.accepts === undefined || is?.accepts === undefined) return emits;
  const [old_, own] = [was.accepts, is.accepts];
  return [
    ...emits,
    ...without(old_, own).map((reply) =>
      broken({ ...base, name: reply, sentence: `${file} no more understands a shim that answers as ${reply}` }),
    ),
    ...without(own, old_).map((reply) => added({ ...base, name: reply, sentence: `${file} understands a shim that answers as ${reply}` })),
  ];
}

function compare(
  old: readonly GoService[],
  now: readonly GoService[],
): { readonly gone: readonly string[]; readonly come: readonly string[] } {
  const name = ({ transport, service }: GoService): string => `${transport} ${service}`;
  const [before, after] = [old.map(name), now.map(name)];
  return { gone: without(before, after), come: without(after, before) };
}

function isTask(name: string): boolean {
  return / containerd\.task\.v[0-9]+\.Task$/.test(name);
}
