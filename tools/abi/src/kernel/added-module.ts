import type { AddedModule } from '@moby/model';
import { openModule, readModuleInfo } from './module-info.ts';
import { readModuleSymbols } from './module-symbols.ts';

/** An added module's name beside what it needs of its kernel. */
export interface NamedAddedModule {
  readonly name: string;
  readonly module: AddedModule;
}

/**
 * The facts of a module that comes with another component than its kernel: `.modinfo`, the symbols that it needs with
 * their CRCs, and those that it exports. `bytes` are decompressed; `path` is absolute, below `/usr/lib/modules/RELEASE`.
 * Throws `Failure` `bad-archive` where the bytes aren't a module.
 */
export function extractAddedModule(bytes: Uint8Array, path: string): NamedAddedModule {
  const opened = openModule(bytes, path);
  const { name, depends, before, vermagic, license, namespaces, firmware } = readModuleInfo(opened);
  const release = /^\/usr\/lib\/modules\/([^/]+)\//.exec(path)?.[1] ?? '';
  const symbols = readModuleSymbols(opened);
  return { name, module: { path, release, vermagic, depends, before, license, namespaces, firmware, ...symbols } };
}
