import type { ElfDlopen } from '@moby/model';
import { endOf } from '../end-of.ts';
import type { ElfFile } from '../load.ts';
import type { LoadCase } from '../load-case.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const elfDlopen: Rule<LoadCase> = {
  id: 'elf.dlopen',
  title: 'what a file says that it loads while it runs is in its root',
  why: 'A library that is loaded by dlopen is in no DT_NEEDED, so that its absence ends nothing: a feature is lost, and only its user sees it. Programs that care say so in a note of their file.',
  levels: {
    warn: 'none of the libraries of a note with priority `required` is there',
    info: 'none of a note with priority `recommended` or `suggested` is: the feature that the note names is off',
    unknown: 'none of a `required` one, in a root with a component without facts',
  },
  references: ['systemd, docs/ELF_DLOPEN_METADATA.md: FDO note 0x407c0c0a'],
  examples: {
    fails: 'libsystemd0 257 without liblzma5, for its feature `lzma`',
    passes: 'libsystemd0 257 with libzstd1, for its feature `zstd`',
  },
  check: (load) => load.result.files.flatMap((file) => (file.elf.dlopen ?? []).map((entry) => judgeDlopen(load, file, entry))),
};

function judgeDlopen({ root, missing, result }: LoadCase, file: ElfFile, { sonames, priority, feature }: ElfDlopen): Edge {
  const need = sonames.join(' or ');
  const what = feature === undefined ? '' : ` for ${feature}`;
  const edge = { rule: 'elf.dlopen', evidence: 'binary', root, from: endOf(file, 'FDO note 0x407c0c0a'), need } as const;
  for (const soname of sonames) {
    const found = result.search(file, soname);
    if (found !== undefined)
      return { ...edge, verdict: 'ok', by: endOf(found), sentence: `${file.path} may load ${soname}${what}, which is ${found.path}` };
  }
  const verdict = priority !== 'required' ? 'info' : missing === 'unknown' ? 'unknown' : 'warn';
  return { ...edge, verdict, sentence: `${file.path} may load ${need}${what} (${priority}), which isn't in this root` };
}
