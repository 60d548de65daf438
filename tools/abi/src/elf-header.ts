import { type ByteSource, type ElfView, isElf, malformed, openElf, type Segment, sourceOf } from './elf-view.ts';

const maxSegments = 1024;
const fileType = { executable: 2, shared: 3 } as const;
const machines: Readonly<Record<number, string>> = { 22: 's390', 62: 'x86-64', 183: 'aarch64', 243: 'riscv' };

/** Program header types that facts are read from (gABI chapter 5; the last one is GNU's). */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4, property: 0x6474e553 } as const;

export interface ElfHeader {
  readonly view: ElfView;
  readonly machine: string;
  readonly segments: readonly Segment[];
}

/** Undefined for everything that isn't an executable or a shared object. Throws `Failure` `bad-archive`. */
export function readHeader(content: Uint8Array | ByteSource, path: string): ElfHeader | undefined {
  const source = content instanceof Uint8Array ? sourceOf(content) : content;
  if (!isElf(source.read(0, Math.min(4, source.length)))) return undefined;
  const view = openElf(source, path);
  const type = view.u16(16);
  if (type !== fileType.executable && type !== fileType.shared) return undefined;
  const machine = machines[view.u16(18)] ?? `em-${view.u16(18)}`;
  return { view, machine, segments: readSegments(view) };
}

function readSegments(view: ElfView): readonly Segment[] {
  const start = view.word(view.is64 ? 32 : 28);
  const entryBytes = view.u16(view.is64 ? 54 : 42);
  const count = view.u16(view.is64 ? 56 : 44);
  if (count > maxSegments) throw malformed(view.path, `it has ${count} program headers, more than ${maxSegments}`);
  if (count > 0 && entryBytes !== (view.is64 ? 56 : 32)) throw malformed(view.path, `its program headers have ${entryBytes} bytes each`);
  return Array.from({ length: count }, (_, index): Segment => {
    const at = start + index * entryBytes;
    const [offset, address, fileBytes, align] = view.is64 ? ([8, 16, 32, 48] as const) : ([4, 8, 16, 28] as const);
    return {
      type: view.u32(at),
      offset: view.word(at + offset),
      address: view.word(at + address),
      fileBytes: view.word(at + fileBytes),
      // An alignment over 2^53 says as little as none.
      align: view.u32(at + align + (view.is64 && !view.littleEndian ? 4 : 0)),
    };
  });
}

/** The segment of a kind that has bytes. */
export function segmentOf({ segments }: ElfHeader, type: number): Segment | undefined {
  return segments.find((segment) => segment.type === type && segment.fileBytes > 0);
}

export function segmentsOf({ segments }: ElfHeader, ...types: readonly number[]): readonly Segment[] {
  return segments.filter((segment) => types.includes(segment.type));
}
