import { formatKernelSymbols, formatSymbols, parseKernelSymbols, parseSymbols } from '@moby/abi';
import type { ContentStore, Diagnostic, Digest, Registry, RegistryComponent } from '@moby/model';
import type { Refreshed } from '@moby/registry';
import type { Lockfile } from '../lock/lockfile.ts';

interface Memory extends Refreshed {
  /** The tree of the component that it takes the place of: where that has changed, it is out of date. */
  readonly of: Digest;
  readonly findings: readonly Diagnostic[];
  /** The texts of symbols.json and kernel-symbols.json, which a component reads when it is asked. */
  readonly symbols?: string;
  readonly kernelSymbols?: string;
}

/** Keeps a refreshed component, so that later runs with the same lock take it without asking the archive again. */
export function rememberRefreshed(
  store: ContentStore,
  memory: { readonly refreshed: Refreshed; readonly of: Digest; readonly findings: readonly Diagnostic[] },
): Promise<void> {
  const { refreshed, of, findings } = memory;
  const { symbols, kernelSymbols, ...component } = refreshed.component;
  const texts = {
    ...(symbols === undefined ? {} : { symbols: formatSymbols(symbols()) }),
    ...(kernelSymbols === undefined ? {} : { kernelSymbols: formatKernelSymbols(kernelSymbols()) }),
  };
  return store.remember('refreshed', component.tree, { hides: refreshed.hides, component, of, findings, ...texts });
}

/** The refreshed components that a lock names, as far as this machine knows them and the library still has what they stand for. */
export async function recallRefreshed(
  store: ContentStore,
  registry: Registry,
  lock: Lockfile | undefined,
): Promise<{ readonly refreshed: readonly Refreshed[]; readonly findings: readonly Diagnostic[] }> {
  const refreshed: Refreshed[] = [];
  const findings: Diagnostic[] = [];
  for (const locked of Object.values(lock?.components ?? {})) {
    if (locked.refreshed === undefined) continue;
    const memory = await store.recall('refreshed', locked.tree);
    if (!isMemory(memory) || (await currentTree(registry, memory)) !== memory.of) continue;
    refreshed.push({ hides: memory.hides, component: withSymbols(memory) });
    findings.push(...memory.findings);
  }
  return { refreshed, findings };
}

function withSymbols({ component, symbols, kernelSymbols }: Memory): RegistryComponent {
  return {
    ...component,
    ...(symbols === undefined ? {} : { symbols: () => parseSymbols(symbols, 'symbols.json') }),
    ...(kernelSymbols === undefined ? {} : { kernelSymbols: () => parseKernelSymbols(kernelSymbols, 'kernel-symbols.json') }),
  };
}

async function currentTree(registry: Registry, { hides, component }: Refreshed): Promise<Digest | undefined> {
  const { name } = component.manifest;
  if (!(await registry.versions(name)).includes(hides)) return undefined;
  return (await registry.component(name, hides)).tree;
}

/** The store's memories are our own writing (see `prepared.ts`). */
function isMemory(value: unknown): value is Memory {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hides' in value &&
    'component' in value &&
    'of' in value &&
    'findings' in value &&
    isComponent(value.component)
  );
}

function isComponent(value: unknown): value is RegistryComponent {
  return typeof value === 'object' && value !== null && 'manifest' in value && 'tree' in value;
}
