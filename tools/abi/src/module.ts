import { type ElfView, isElf, malformed, openElf } from './elf-view.ts';

/** What one kernel module says of itself in `.modinfo`. */
export interface ModuleInfo {
  /** With `-` written as `_`. */
  readonly name: string;
  /** Modules that must be loaded first, `-` written as `_`. */
  readonly depends: readonly string[];
  /** `softdep=pre:`: modules that should be loaded first where they exist, `-` written as `_`. */
  readonly before: readonly string[];
  readonly vermagic: string;
}

const relocatable = 1;
const maxSections = 65_536;
/** The largest of Debian's 6.12 kernels has 60 kB, firmware names and aliases included. */
const maxModinfoBytes = 4 << 20;
const maxNames = 1024;

/**
 * The facts of a kernel module (`.ko`, decompressed): `key=value` texts of its section `.modinfo` (Linux
 * `include/linux/moduleparam.h`, `MODULE_INFO`). Throws `Failure` `bad-archive` where the bytes aren't a module.
 */
export function extractModuleFacts(bytes: Uint8Array, path: string): ModuleInfo {
  if (!isElf(bytes)) throw malformed(path, 'a kernel module is an ELF file, and this one has another magic number');
  const view = openElf(bytes, path);
  if (view.u16(16) !== relocatable) throw malformed(path, 'a kernel module is relocatable, and this file is not');
  const info = readModinfo(view, bytes);
  const name = info.find(([key]) => key === 'name')?.[1] ?? nameOfPath(path);
  const vermagic = info.find(([key]) => key === 'vermagic')?.[1];
  if (vermagic === undefined) throw malformed(path, 'its `.modinfo` has no `vermagic`');
  return {
    name: moduleName(name),
    depends: namesOf(
      info.filter(([key]) => key === 'depends').map(([, value]) => value),
      ',',
      path,
    ),
    before: namesOf(
      info.filter(([key]) => key === 'softdep').flatMap(([, value]) => preOf(value)),
      ' ',
      path,
    ),
    vermagic: vermagic.trimEnd(),
  };
}

/** The kernel takes `-` and `_` for the same in a module's name. */
export function moduleName(text: string): string {
  return text.replaceAll('-', '_');
}

/** `.../kernel/fs/overlayfs/overlay.ko.xz` → `overlay`. */
export function nameOfPath(path: string): string {
  return moduleName(path.slice(path.lastIndexOf('/') + 1).replace(/\.ko(?:\.(?:xz|zst|gz))?$/, ''));
}

/** `pre: a b post: c` → `a b`. */
function preOf(softdep: string): readonly string[] {
  const words = softdep.split(' ');
  let inside = false;
  const names: string[] = [];
  for (const word of words) {
    if (word === 'pre:' || word === 'post:') inside = word === 'pre:';
    else if (inside) names.push(word);
  }
  return names;
}

function namesOf(texts: readonly string[], separator: string, path: string): readonly string[] {
  const names = texts
    .flatMap((text) => text.split(separator))
    .filter((text) => text !== '')
    .map(moduleName);
  if (names.length > maxNames) throw malformed(path, `it names ${names.length} modules, more than ${maxNames}`);
  return [...new Set(names)];
}

function readModinfo(view: ElfView, bytes: Uint8Array): readonly (readonly [key: string, value: string])[] {
  const range = findModinfo(view);
  if (range.size > maxModinfoBytes) throw malformed(view.path, `its \`.modinfo\` has ${range.size} bytes, more than ${maxModinfoBytes}`);
  if (range.offset + range.size > bytes.length) throw malformed(view.path, `it ends before byte ${range.offset + range.size}`);
  const text = new TextDecoder('latin1').decode(bytes.subarray(range.offset, range.offset + range.size));
  return text.split('\0').flatMap((line) => {
    const equals = line.indexOf('=');
    return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
  });
}

/** The section table is at `e_shoff`; its names are in the section `e_shstrndx` (gABI chapter 4). */
function findModinfo(view: ElfView): { readonly offset: number; readonly size: number } {
  const start = view.word(view.is64 ? 40 : 32);
  const entryBytes = view.u16(view.is64 ? 58 : 46);
  const count = view.u16(view.is64 ? 60 : 48);
  const namesIndex = view.u16(view.is64 ? 62 : 50);
  if (entryBytes !== (view.is64 ? 64 : 40)) throw malformed(view.path, `its section headers have ${entryBytes} bytes each`);
  if (count === 0 || count > maxSections || namesIndex >= count) throw malformed(view.path, 'its section table is broken');
  const offsetOf = (index: number): number => view.word(start + index * entryBytes + (view.is64 ? 24 : 16));
  const sizeOf = (index: number): number => view.word(start + index * entryBytes + (view.is64 ? 32 : 20));
  const names = offsetOf(namesIndex);
  for (let index = 1; index < count; index++) {
    if (view.text(names + view.u32(start + index * entryBytes)) === '.modinfo') return { offset: offsetOf(index), size: sizeOf(index) };
  }
  throw malformed(view.path, 'it has no `.modinfo`');
}
