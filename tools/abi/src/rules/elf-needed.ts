import { endOf } from '../end-of.ts';
import type { LoadCase } from '../load-case.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const elfNeeded: Rule<LoadCase> = {
  id: 'elf.needed',
  title: 'each library that a program or one of its libraries needs is where the loader looks for it',
  why: 'ld.so ends the program before its first instruction: "error while loading shared libraries: NAME: cannot open shared object file".',
  levels: {
    error: 'a library that a program comes to isn’t in the root',
    warn: 'one that a plugin needs isn’t: whoever loads the plugin may have loaded it',
    unknown: 'it isn’t there, and a component of the root has no facts',
  },
  references: ['gABI chapter 5, shared object dependencies', 'glibc elf/dl-load.c and elf/dl-deps.c', 'ld.so(8)'],
  examples: {
    fails: 'crun 1.28 without libblake3-0; dockerd 20.10.24 without libdevmapper1.02.1',
    passes: 'crun 1.21 with libyajl2, libcap2, libseccomp2 and libsystemd0 of Debian 13',
  },
  check: judgeNeeded,
};

function judgeNeeded({ root, start, missing, result }: LoadCase): readonly Edge[] {
  return result.needs.flatMap(({ file, library, found, foreign }): readonly Edge[] => {
    // What is there for another machine is elf.machine's.
    if (found === undefined && foreign !== undefined) return [];
    const edge = { rule: 'elf.needed', evidence: 'binary', root, from: endOf(file, 'DT_NEEDED'), need: library } as const;
    if (found !== undefined)
      return [{ ...edge, verdict: 'ok', by: endOf(found), sentence: `${file.path} needs ${library}, which is ${found.path}` }];
    const when = file === start ? '' : `, loaded by ${start.path},`;
    return [{ ...edge, verdict: missing, sentence: `${file.path}${when} needs ${library}, which isn't in this root` }];
  });
}
