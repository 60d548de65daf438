import { endOf } from '../end-of.ts';
import { isElfFile } from '../load.ts';
import type { LoadCase } from '../load-case.ts';
import { formatKind, isSameKind } from '../machine.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const elfInterp: Rule<LoadCase> = {
  id: 'elf.interp',
  title: 'the loader that a program names is in its root',
  why: 'The kernel starts a program by the loader in its PT_INTERP. Without it execve fails with ENOENT, and a shell says "not found" of a file that is there.',
  levels: {
    error: 'the loader isn’t in the root, or is for another machine',
    unknown: 'it isn’t there, and a component of the root has no facts',
  },
  references: ['gABI chapter 5, program interpreter', 'Linux fs/binfmt_elf.c, load_elf_binary'],
  examples: {
    fails: 'redis-cli of redis-tools 8.0.2 in a root without libc6',
    passes: 'redis-cli of redis-tools 8.0.2 with libc6 2.41, whose loader a link of /lib64 leads to',
  },
  check: judgeInterpreter,
};

function judgeInterpreter({ root, tree, start, missing }: LoadCase): readonly Edge[] {
  const need = start.elf.interpreter;
  if (need === undefined) return [];
  const found = tree.find(need);
  const edge = { rule: 'elf.interp', evidence: 'binary', root, from: endOf(start, 'PT_INTERP'), need } as const;
  if (!isElfFile(found)) return [{ ...edge, verdict: missing, sentence: `${start.path} is loaded by ${need}, which isn't in this root` }];
  const by = endOf(found);
  if (isSameKind(found.elf, start.elf)) return [{ ...edge, verdict: 'ok', by, sentence: `${start.path} is loaded by ${need}` }];
  const offer = formatKind(found.elf);
  const sentence = `${start.path} is for ${formatKind(start.elf)}, its loader ${need} for ${offer}`;
  return [{ ...edge, verdict: 'error', by, offer, sentence }];
}
