import { Failure, type KernelFacts, type ModuleFacts } from '@moby/model';
import { sorted, sortedRecord } from '../order.ts';
import { parseKernelConfig } from './kernel-config.ts';
import { extractModuleFacts, moduleName, nameOfPath } from './module-info.ts';

export interface KernelInput {
  /** `uname -r`: the folder's name under `/usr/lib/modules`. */
  readonly release: string;
  /** Decompressed modules; `path` absolute, as it stands in the tree. Taken one at a time. */
  readonly modules: Iterable<ModuleFile> | AsyncIterable<ModuleFile>;
  /** The text of `modules.builtin`: one path a line. */
  readonly builtin: string;
  /** The text of `boot/config-*`, where the payload has it. */
  readonly config?: { readonly path: string; readonly text: string };
}

export interface ModuleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const maxModules = 20_000;
const maxBuiltinBytes = 4 << 20;

/**
 * What a kernel's modules say of themselves. Throws `Failure` `bad-archive` where two modules have one name or were
 * built for two kernels.
 */
export async function extractKernelFacts(input: KernelInput): Promise<KernelFacts> {
  const modules = new Map<string, ModuleFacts>();
  let vermagic: string | undefined;
  for await (const { path, bytes } of input.modules) {
    const info = extractModuleFacts(bytes, path);
    const known = modules.get(info.name);
    if (known !== undefined) throw bad(`two modules are called \`${info.name}\`: \`${known.path}\` and \`${path}\``);
    if (vermagic !== undefined && vermagic !== info.vermagic)
      throw bad(`\`${path}\` was built for \`${info.vermagic}\`, other modules for \`${vermagic}\``);
    vermagic = info.vermagic;
    modules.set(info.name, { path, depends: info.depends, before: info.before });
    if (modules.size > maxModules) throw new Failure({ code: 'limit', message: `the kernel has more than ${maxModules} modules` });
  }
  return {
    release: input.release,
    vermagic: vermagic ?? '',
    modules: sortedRecord(modules),
    builtin: readBuiltin(input.builtin),
    ...(input.config === undefined ? {} : { config: parseKernelConfig(input.config.text, input.config.path) }),
  };
}

function readBuiltin(text: string): readonly string[] {
  if (text.length > maxBuiltinBytes)
    throw new Failure({ code: 'limit', message: `\`modules.builtin\` has ${text.length} bytes, more than ${maxBuiltinBytes}` });
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => moduleName(nameOfPath(line)));
  return sorted(new Set(names));
}

function bad(message: string): Failure {
  return new Failure({ code: 'bad-archive', message, hints: ['keep the files of one kernel package only'] });
}
