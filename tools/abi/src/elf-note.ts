import { type ElfDlopen, dlopenPriorities } from '@moby/model';
import { type ElfView, malformed, type Segment } from './elf-view.ts';

const maxNotes = 4096;
/** systemd's own library has 2 kB. */
const maxDlopenBytes = 1 << 16;
const maxDlopens = 256;
const noteType = { property: 5, dlopen: 0x407c0c0a } as const;
const isaNeeded = 0xc0008002;

export interface NoteFacts {
  /** The x86 level that the file says it needs, 1 to 4. */
  readonly isaLevel?: number;
  readonly dlopen: readonly ElfDlopen[];
}

/**
 * What the notes say: the x86 level, the highest bit of GNU_PROPERTY_X86_ISA_1_NEEDED in an NT_GNU_PROPERTY_TYPE_0 note
 * (x86-64 psABI, program property), and the libraries that it may load while it runs (FDO notes, systemd's "ELF dlopen
 * metadata"). Notes of others are passed over, and so is one of these whose content isn't of that form: nothing that runs the
 * file reads it.
 */
export function readNotes(view: ElfView, segments: readonly Segment[]): NoteFacts {
  let budget = maxNotes;
  let isaLevel: number | undefined;
  const dlopen = new Map<string, ElfDlopen>();
  for (const segment of segments) {
    const end = segment.offset + segment.fileBytes;
    if (segment.fileBytes > 0 && end > view.length) throw malformed(view.path, `its notes end at byte ${end}`);
    // gABI: names and descriptions are padded to the alignment of the segment, 4 or 8 bytes.
    const unit = segment.align === 8 ? 8 : 4;
    let at = segment.offset;
    while (at + 12 <= end) {
      if (budget-- <= 0) throw malformed(view.path, `it has more than ${maxNotes} notes`);
      const [nameBytes, descriptionBytes, type] = [view.u32(at), view.u32(at + 4), view.u32(at + 8)];
      const start = at + padded(12 + nameBytes, unit);
      const range = { at: start, end: Math.min(start + descriptionBytes, end) };
      const isFrom = (owner: string): boolean => nameBytes === 4 && at + 16 <= end && isText(view, at + 12, `${owner}\0`);
      if (type === noteType.property && isFrom('GNU')) isaLevel ??= levelOf(view, range);
      if (type === noteType.dlopen && isFrom('FDO')) for (const entry of dlopensOf(view, range)) dlopen.set(JSON.stringify(entry), entry);
      at = start + padded(descriptionBytes, unit);
    }
  }
  return { ...(isaLevel === undefined ? {} : { isaLevel }), dlopen: [...dlopen.values()].slice(0, maxDlopens) };
}

interface Range {
  readonly at: number;
  readonly end: number;
}

/** An array of properties, each padded to the class's word: `pr_type`, `pr_datasz`, data. */
function levelOf(view: ElfView, range: Range): number | undefined {
  let at = range.at;
  while (at + 8 <= range.end) {
    const dataBytes = view.u32(at + 4);
    if (view.u32(at) === isaNeeded && dataBytes === 4 && at + 12 <= range.end) {
      const level = 32 - Math.clz32(view.u32(at + 8) & 0xf);
      return level === 0 ? undefined : level;
    }
    at += 8 + padded(dataBytes, view.is64 ? 8 : 4);
  }
  return undefined;
}

function dlopensOf(view: ElfView, { at, end }: Range): readonly ElfDlopen[] {
  if (end - at <= 0 || end - at > maxDlopenBytes) return [];
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(view.bytes(at, end - at)).replace(/\0+$/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
  return Array.isArray(value) ? value.slice(0, maxDlopens).flatMap((item: unknown) => dlopenOf(item)) : [];
}

function dlopenOf(item: unknown): readonly ElfDlopen[] {
  if (typeof item !== 'object' || item === null || !('soname' in item) || !Array.isArray(item.soname)) return [];
  const sonames = item.soname.filter((soname: unknown): soname is string => typeof soname === 'string' && isName(soname));
  if (sonames.length === 0 || sonames.length !== item.soname.length || sonames.length > maxDlopens) return [];
  const told = 'priority' in item ? item.priority : undefined;
  const priority = dlopenPriorities.find((known) => known === told) ?? 'recommended';
  const feature = 'feature' in item && typeof item.feature === 'string' && isName(item.feature) ? item.feature : undefined;
  return [{ sonames, priority, ...(feature === undefined ? {} : { feature }) }];
}

function isName(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}

function isText(view: ElfView, offset: number, text: string): boolean {
  return new TextDecoder('latin1').decode(view.bytes(offset, text.length)) === text;
}

function padded(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit;
}
