import type { ElfFacts } from '@moby/model';
import { readDynamic } from './elf-dynamic.ts';
import { readHeader, segmentOf, segmentsOf, segmentType } from './elf-header.ts';
import { readNotes } from './elf-note.ts';
import type { ByteSource } from './elf-view.ts';

/**
 * The facts of an executable or a shared library, read from its headers, dynamic section, version tables and notes
 * alone: both classes, both byte orders. Undefined for everything else, also for relocatable files (`.o`, `.ko`) and
 * core dumps. `path` is absolute. Throws `Failure` `bad-archive` where a file begins like such an ELF file and is broken.
 * Sources: gABI chapters 4 and 5; LSB 5.0 core, symbol versioning; x86-64 psABI, program property; systemd's ELF dlopen metadata.
 */
export function extractElfFacts(content: Uint8Array | ByteSource, path: string): ElfFacts | undefined {
  const header = readHeader(content, path);
  if (header === undefined) return undefined;
  const { view, machine } = header;
  const interpreter = segmentOf(header, segmentType.interpreter);
  const dynamic = segmentOf(header, segmentType.dynamic);
  const { isaLevel, dlopen } = readNotes(view, segmentsOf(header, segmentType.property, segmentType.note));
  const isX86 = machine === 'x86-64' || machine === 'em-3';
  return {
    path,
    class: view.is64 ? 64 : 32,
    machine,
    ...(interpreter === undefined ? {} : { interpreter: view.text(interpreter.offset) }),
    ...(dynamic === undefined ? { needed: [], needs: [], offers: [] } : readDynamic(view, dynamic, segmentsOf(header, segmentType.load))),
    ...(isaLevel === undefined || !isX86 ? {} : { isaLevel }),
    ...(dlopen.length === 0 ? {} : { dlopen }),
  };
}
