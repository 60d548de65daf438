import type { ElfFacts } from '@moby/model';
import { readDynamic } from './elf-dynamic.ts';
import { readIsaLevel } from './elf-note.ts';
import { type ElfView, isElf, malformed, openElf, type Segment } from './elf-view.ts';

const maxSegments = 1024;
const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4, property: 0x6474e553 } as const;
const fileType = { executable: 2, shared: 3 } as const;
const machines: Readonly<Record<number, string>> = { 22: 's390', 62: 'x86-64', 183: 'aarch64', 243: 'riscv' };

/**
 * The facts of an executable or a shared library, read from its headers, dynamic section, version tables and notes
 * alone: both classes, both byte orders. Undefined for everything else, also for relocatable files (`.o`, `.ko`) and
 * core dumps. `path` is absolute. Throws `Failure` `bad-archive` where a file begins like such an ELF file and is broken.
 * Sources: gABI chapters 4 and 5; LSB 5.0 core, symbol versioning; x86-64 psABI, program property.
 */
export function extractElfFacts(bytes: Uint8Array, path: string): ElfFacts | undefined {
  if (!isElf(bytes)) return undefined;
  const view = openElf(bytes, path);
  const type = view.u16(16);
  if (type !== fileType.executable && type !== fileType.shared) return undefined;
  const machine = machines[view.u16(18)] ?? `em-${view.u16(18)}`;
  const segments = readSegments(view);
  const interpreter = segments.find((segment) => segment.type === segmentType.interpreter && segment.fileBytes > 0);
  const dynamic = segments.find((segment) => segment.type === segmentType.dynamic && segment.fileBytes > 0);
  const notes = segments.filter((segment) => segment.type === segmentType.property || segment.type === segmentType.note);
  const isaLevel = machine === 'x86-64' || machine === 'em-3' ? readIsaLevel(view, notes) : undefined;
  return {
    path,
    class: view.is64 ? 64 : 32,
    machine,
    ...(interpreter === undefined ? {} : { interpreter: view.text(interpreter.offset) }),
    ...(dynamic === undefined
      ? { needed: [], needs: [], offers: [] }
      : readDynamic(
          view,
          dynamic,
          segments.filter((segment) => segment.type === segmentType.load),
        )),
    ...(isaLevel === undefined ? {} : { isaLevel }),
  };
}

function readSegments(view: ElfView): readonly Segment[] {
  const start = view.word(view.is64 ? 32 : 28);
  const entryBytes = view.u16(view.is64 ? 54 : 42);
  const count = view.u16(view.is64 ? 56 : 44);
  if (count > maxSegments) throw malformed(view.path, `it has ${count} program headers, more than ${maxSegments}`);
  if (count > 0 && entryBytes !== (view.is64 ? 56 : 32)) throw malformed(view.path, `its program headers have ${entryBytes} bytes each`);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * entryBytes;
    return view.is64
      ? { type: view.u32(at), offset: view.word(at + 8), address: view.word(at + 16), fileBytes: view.word(at + 32) }
      : { type: view.u32(at), offset: view.word(at + 4), address: view.word(at + 8), fileBytes: view.word(at + 16) };
  });
}
