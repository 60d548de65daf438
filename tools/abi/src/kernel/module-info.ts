import { type ElfView, isElf, malformed, openElf } from '../elf-view.ts';
import { sorted } from '../order.ts';
import { openSections, type SectionTable } from './sections.ts';

/** What one kernel module says of itself in `.modinfo`. */
export interface ModuleInfo {
  /** With `-` written as `_`. */
  readonly name: string;
  /** Modules that must be loaded first, `-` written as `_`. */
  readonly depends: readonly string[];
  /** `softdep=pre:`: modules that should be loaded first where they exist, `-` written as `_`. */
  readonly before: readonly string[];
  readonly vermagic: string;
  /** MODULE_LICENSE; empty where it names none. */
  readonly license: string;
  /** `import_ns=`, sorted. */
  readonly namespaces: readonly string[];
  /** `firmware=`, sorted. */
  readonly firmware: readonly string[];
}

const relocatable = 1;
/** The largest of Debian's 6.12 kernels has 60 kB, firmware names and aliases included. */
const maxModinfoBytes = 4 << 20;
const maxNames = 1024;

/**
 * The facts of a kernel module (`.ko`, decompressed): `key=value` texts of its section `.modinfo` (Linux
 * `include/linux/moduleparam.h`, `MODULE_INFO`). Throws `Failure` `bad-archive` where the bytes aren't a module.
 */
export function extractModuleFacts(bytes: Uint8Array, path: string): ModuleInfo {
  return readModuleInfo(openModule(bytes, path));
}

/** A module's file, opened: what the readers of its parts share. */
export interface ModuleView {
  readonly bytes: Uint8Array;
  readonly view: ElfView;
  readonly sections: SectionTable;
}

export function openModule(bytes: Uint8Array, path: string): ModuleView {
  if (!isElf(bytes)) throw malformed(path, 'a kernel module is an ELF file, and this one has another magic number');
  const view = openElf(bytes, path);
  if (view.u16(16) !== relocatable) throw malformed(path, 'a kernel module is relocatable, and this file is not');
  return { bytes, view, sections: openSections(view) };
}

export function readModuleInfo(module: ModuleView): ModuleInfo {
  const { path } = module.view;
  const info = readModinfo(module);
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
    license: info.find(([key]) => key === 'license')?.[1] ?? '',
    namespaces: valuesOf(info, 'import_ns', path),
    firmware: valuesOf(info, 'firmware', path),
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

function valuesOf(info: readonly (readonly [key: string, value: string])[], wanted: string, path: string): readonly string[] {
  const values = sorted(new Set(info.flatMap(([key, value]) => (key === wanted && value !== '' ? [value] : []))));
  if (values.length > maxNames) throw malformed(path, `it has ${values.length} values of \`${wanted}\`, more than ${maxNames}`);
  return values;
}

function readModinfo({ view, bytes, sections }: ModuleView): readonly (readonly [key: string, value: string])[] {
  const section = sections.find(['.modinfo']).get('.modinfo');
  if (section === undefined) throw malformed(view.path, 'it has no `.modinfo`');
  if (section.size > maxModinfoBytes)
    throw malformed(view.path, `its \`.modinfo\` has ${section.size} bytes, more than ${maxModinfoBytes}`);
  const text = new TextDecoder('latin1').decode(bytes.subarray(section.offset, section.offset + section.size));
  return text.split('\0').flatMap((line) => {
    const equals = line.indexOf('=');
    return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
  });
}
