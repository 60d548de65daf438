import { type AddedModule, type ConfigFacts, type Digest, type ElfFacts, Failure, type KernelFacts, type PlatformFacts } from '@moby/model';
import { readConfigFile } from './config-files.ts';
import { extractElfFacts } from './elf.ts';
import { extractGoFacts } from './go/extract-go-facts.ts';
import { extractAddedModule } from './kernel/added-module.ts';
import { extractKernelFacts, type ModuleFile } from './kernel/extract-kernel.ts';
import { compareText, sorted, sortedRecord } from './order.ts';

/** One entry of a payload; paths are canonical and have no leading slash. A regular file has its bytes. */
export type FactsEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'symlink'; readonly path: string; readonly mode: number; readonly target: string }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number };

export interface ExtractOptions {
  /** The digest of the payload that the entries were read from. */
  readonly payload: Digest;
  readonly entries: Iterable<FactsEntry> | AsyncIterable<FactsEntry>;
  /** `.ko.xz` and the like → `.ko`; called for up to 4 modules at a time, only where the name says that it is compressed. */
  readonly decompressModule?: (bytes: Uint8Array, path: string) => Uint8Array | Promise<Uint8Array>;
}

const maxEntries = 200_000;
const modulePattern = /^usr\/lib\/modules\/([^/]+)\/.*\.ko(\.(?:xz|zst|gz))?$/;
const builtinPattern = /^usr\/lib\/modules\/([^/]+)\/modules\.builtin$/;
const configPattern = /^(?:boot\/config-([^/]+)|usr\/lib\/modules\/([^/]+)\/config)$/;
/** What only a kernel's own payload has. */
const imagePattern = /^(?:boot\/vmlinu[xz]-[^/]+|usr\/lib\/modules\/[^/]+\/vmlinuz)$/;
const maxAddedModules = 1000;
const decompressLanes = 4;
const executeBits = 0o111;
/** Linux reads 256 bytes of a script's first line (BINPRM_BUF_SIZE). */
const maxShebangBytes = 256;

/**
 * The facts of one payload on one platform: ELF files, programs, scripts, links, and a kernel's modules where there are
 * any. Sorted by path; the same entries in any order give the same facts. Throws `Failure` `bad-archive` for a broken
 * ELF file or module, `limit` for more than 200,000 entries.
 */
export async function extractFacts(options: ExtractOptions): Promise<PlatformFacts> {
  const elf: ElfFacts[] = [];
  const programs: string[] = [];
  const scripts = new Map<string, string>();
  const links = new Map<string, string>();
  const configs = new Map<string, ConfigFacts>();
  const kernelFiles: KernelFile[] = [];
  let hasImage = false;
  let unpackedBytes = 0;
  let count = 0;
  for await (const entry of options.entries) {
    if (++count > maxEntries) throw new Failure({ code: 'limit', message: `the payload has more than ${maxEntries} entries` });
    const path = `/${entry.path}`;
    if (entry.kind === 'symlink') links.set(path, entry.target);
    if (entry.kind !== 'file') continue;
    unpackedBytes += entry.bytes.length;
    hasImage ||= imagePattern.test(entry.path);
    const kernelFile = kernelFileOf(entry.path, entry.bytes);
    if (kernelFile !== undefined) kernelFiles.push(kernelFile);
    const config = readConfigFile(path, entry.bytes);
    if (config !== undefined) configs.set(path, config);
    const isExecutable = (entry.mode & executeBits) !== 0;
    if (isExecutable) programs.push(path);
    const facts = extractElfFacts(entry.bytes, path);
    const go = facts === undefined ? undefined : extractGoFacts(entry.bytes, path);
    if (facts !== undefined) elf.push(go === undefined ? facts : { ...facts, go });
    const interpreter = isExecutable && facts === undefined ? interpreterOf(entry.bytes) : undefined;
    if (interpreter !== undefined) scripts.set(path, interpreter);
  }
  const isKernel = hasImage || kernelFiles.some(({ kind }) => kind !== 'module');
  const kernel = isKernel ? await readKernel(kernelFiles, options.decompressModule) : undefined;
  const modules = isKernel ? undefined : await readAddedModules(kernelFiles, options.decompressModule);
  return {
    payload: options.payload,
    unpackedBytes,
    elf: elf.sort((a, b) => compareText(a.path, b.path)),
    programs: sorted(programs),
    ...(scripts.size === 0 ? {} : { scripts: sortedRecord(scripts) }),
    links: sortedRecord(links),
    ...(kernel === undefined ? {} : { kernel }),
    ...(modules === undefined ? {} : { modules }),
    ...(configs.size === 0 ? {} : { configs: sortedRecord(configs) }),
  };
}

/**
 * `#! /bin/sh -e` → `/bin/sh`, as Linux reads it (fs/binfmt_script.c); `#!/usr/bin/env python3` → `/usr/bin/env python3`,
 * since env starts its argument. What follows an option of env isn't looked at.
 */
export function interpreterOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return undefined;
  const line = new TextDecoder('latin1').decode(bytes.subarray(2, maxShebangBytes)).split(/[\n\0]/, 1)[0] ?? '';
  const [word = '', argument = ''] = line.trim().split(/[ \t]+/, 2);
  if (word === '') return undefined;
  return word.endsWith('/env') && /^[\w./][\w.+/-]*$/.test(argument) ? `${word} ${argument}` : word;
}

interface KernelFile extends ModuleFile {
  readonly kind: 'module' | 'builtin' | 'config';
  readonly release: string;
}

function kernelFileOf(path: string, bytes: Uint8Array): KernelFile | undefined {
  const file = { path: `/${path}`, bytes };
  const module = modulePattern.exec(path)?.[1];
  if (module !== undefined) return { ...file, kind: 'module', release: module };
  const builtin = builtinPattern.exec(path)?.[1];
  if (builtin !== undefined) return { ...file, kind: 'builtin', release: builtin };
  const config = configPattern.exec(path);
  const release = config?.[1] ?? config?.[2];
  return release === undefined ? undefined : { ...file, kind: 'config', release };
}

async function readKernel(files: readonly KernelFile[], decompress: ExtractOptions['decompressModule']): Promise<KernelFacts | undefined> {
  const releases = sorted(new Set(files.map((file) => file.release)));
  const [release] = releases;
  if (release === undefined) return undefined;
  if (releases.length > 1)
    throw new Failure({
      code: 'bad-archive',
      message: `the payload has the files of two kernels, ${releases.map((name) => `\`${name}\``).join(' and ')}`,
    });
  const builtin = files.find(({ kind }) => kind === 'builtin');
  const modules = modulesOf(files);
  if (builtin === undefined && modules.length > 0)
    throw new Failure({
      code: 'bad-archive',
      message: `the payload has modules of \`${release}\` and no \`modules.builtin\``,
      hints: ['keep `usr/lib/modules/*/modules.builtin`'],
    });
  const config = files.filter(({ kind }) => kind === 'config').sort((a, b) => compareText(a.path, b.path))[0];
  return extractKernelFacts({
    release,
    modules: openModules(modules, decompress),
    builtin: textOf(builtin?.bytes),
    ...(config === undefined ? {} : { config: { path: config.path, text: textOf(config.bytes) } }),
  });
}

function modulesOf(files: readonly KernelFile[]): readonly KernelFile[] {
  return files.filter(({ kind }) => kind === 'module').sort((a, b) => compareText(a.path, b.path));
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : new TextDecoder('latin1').decode(bytes);
}

async function readAddedModules(
  files: readonly KernelFile[],
  decompress: ExtractOptions['decompressModule'],
): Promise<Readonly<Record<string, AddedModule>> | undefined> {
  if (files.length === 0) return undefined;
  if (files.length > maxAddedModules)
    throw new Failure({ code: 'limit', message: `the payload adds ${files.length} modules to a kernel, more than ${maxAddedModules}` });
  const modules = new Map<string, AddedModule>();
  for await (const { path, bytes } of openModules(modulesOf(files), decompress)) {
    const { name, module } = extractAddedModule(bytes, path);
    const known = modules.get(name);
    if (known !== undefined)
      throw new Failure({ code: 'bad-archive', message: `two modules are called \`${name}\`: \`${known.path}\` and \`${path}\`` });
    modules.set(name, module);
  }
  return sortedRecord(modules);
}

/** The modules decompressed, in order, a few ahead of the reader. */
async function* openModules(files: readonly KernelFile[], decompress: ExtractOptions['decompressModule']): AsyncGenerator<ModuleFile> {
  const open = async ({ path, bytes }: KernelFile): Promise<ModuleFile> => {
    if (modulePattern.exec(path.slice(1))?.[2] === undefined) return { path, bytes };
    if (decompress === undefined) throw new TypeError(`no decompressor was given for ${path}`);
    return { path, bytes: await decompress(bytes, path) };
  };
  for (let start = 0; start < files.length; start += decompressLanes) {
    yield* await Promise.all(files.slice(start, start + decompressLanes).map(open));
  }
}
