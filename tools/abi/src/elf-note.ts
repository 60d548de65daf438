import { type ElfView, malformed, type Segment } from './elf-view.ts';

const maxNotes = 4096;
const propertyNote = 5;
const isaNeeded = 0xc0008002;

/**
 * The x86 level that the file says it needs, 1 to 4: the highest bit of GNU_PROPERTY_X86_ISA_1_NEEDED in an
 * NT_GNU_PROPERTY_TYPE_0 note (x86-64 psABI, program property). Undefined where no note says so.
 */
export function readIsaLevel(view: ElfView, segments: readonly Segment[]): number | undefined {
  let budget = maxNotes;
  for (const segment of segments) {
    // Property notes of 64-bit files are padded to 8 bytes, all others to 4; their sizes are multiples of 8 anyway.
    const end = segment.offset + segment.fileBytes;
    if (segment.fileBytes > 0 && end > view.length) throw malformed(view.path, `its notes end at byte ${end}`);
    let at = segment.offset;
    while (at + 12 <= end) {
      if (budget-- <= 0) throw malformed(view.path, `it has more than ${maxNotes} notes`);
      const [nameBytes, descriptionBytes, type] = [view.u32(at), view.u32(at + 4), view.u32(at + 8)];
      const isProperty = type === propertyNote && nameBytes === 4 && at + 16 <= end && view.text(at + 12) === 'GNU';
      const description = at + 12 + padded(nameBytes, 4);
      const level = isProperty ? levelOf(view, { at: description, end: Math.min(description + descriptionBytes, end) }) : undefined;
      if (level !== undefined) return level;
      at = description + padded(descriptionBytes, 4);
    }
  }
  return undefined;
}

function levelOf(view: ElfView, range: { readonly at: number; readonly end: number }): number | undefined {
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

function padded(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit;
}
