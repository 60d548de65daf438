import { type ElfView, malformed } from '../elf-view.ts';

/** The sections of an ELF file that a reader asked for, by name; where a name stands twice, the first. */
export interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Of a symbol table: the index of its string table. */
  readonly link: number;
}

/** The modules of Debian's kernels have up to 250. */
const maxSections = 16_384;
const noBits = 8;

/** The section table (gABI chapter 4): count, and each header by its number. */
export interface SectionTable {
  readonly count: number;
  at(index: number): Section;
  /** Looks at names only until all that are wanted are found. */
  find(names: readonly string[]): ReadonlyMap<string, Section>;
}

/** Throws `Failure` `bad-archive` where the table is broken; a section that reaches beyond the file is refused when it is taken. */
export function openSections(view: ElfView): SectionTable {
  const start = view.word(view.is64 ? 40 : 32);
  const entryBytes = view.u16(view.is64 ? 58 : 46);
  const count = view.u16(view.is64 ? 60 : 48);
  const namesIndex = view.u16(view.is64 ? 62 : 50);
  if (entryBytes !== (view.is64 ? 64 : 40)) throw malformed(view.path, `its section headers have ${entryBytes} bytes each`);
  if (count === 0 || count > maxSections || namesIndex >= count) throw malformed(view.path, 'its section table is broken');
  const at = (index: number): Section => {
    if (index >= count) throw malformed(view.path, `it has ${count} sections, and one of them names section ${index}`);
    const header = start + index * entryBytes;
    const section = {
      type: view.u32(header + 4),
      offset: view.word(header + (view.is64 ? 24 : 16)),
      size: view.word(header + (view.is64 ? 32 : 20)),
      link: view.u32(header + (view.is64 ? 40 : 24)),
    };
    if (section.type !== noBits && section.offset + section.size > view.length)
      throw malformed(view.path, `it ends before byte ${section.offset + section.size}`);
    return section;
  };
  const names = at(namesIndex);
  const find = (wanted: readonly string[]): ReadonlyMap<string, Section> => {
    const found = new Map<string, Section>();
    for (let index = 1; index < count && found.size < wanted.length; index++) {
      const name = view.text(names.offset + view.u32(start + index * entryBytes));
      if (wanted.includes(name) && !found.has(name)) found.set(name, at(index));
    }
    return found;
  };
  return { count, at, find };
}
