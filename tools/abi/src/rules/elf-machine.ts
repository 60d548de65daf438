import { endOf } from '../end-of.ts';
import type { LoadCase } from '../load-case.ts';
import { fitOf, formatKind } from '../machine.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const elfMachine: Rule<LoadCase> = {
  id: 'elf.machine',
  title: 'programs and the libraries that they load are built for the machine that runs them',
  why: 'The kernel refuses a program for another machine with ENOEXEC, "Exec format error". The loader passes over a library for another machine, and ends with "cannot open shared object file" where it finds no other.',
  levels: {
    error: 'a program for another machine, or a needed library that is there for another machine only',
    warn: 'such a library of a plugin',
    info: 'a 32-bit file that a kernel of the platform runs where it is built for it; a file that nobody runs or loads',
    unknown: 'such a library in a root with a component without facts',
  },
  references: ['gABI chapter 4, ELF header, e_machine', 'glibc elf/dl-load.c, open_verify'],
  examples: {
    fails: 'redis-cli of redis-tools 8.0.2 for arm64 in a root of linux/amd64',
    passes: 'redis-cli of redis-tools 8.0.2 for amd64 in the same root',
  },
  check: (load) => [...judgeStart(load), ...judgeForeign(load)],
};

/** Only what doesn't fit is an edge: a file for another machine that nobody runs or loads is data. */
function judgeStart({ root, platform, start }: LoadCase): readonly Edge[] {
  const fit = fitOf(start.elf, platform);
  if (fit === 'native') return [];
  const isProgram = start.executable || start.elf.interpreter !== undefined;
  const kind = formatKind(start.elf);
  return [
    {
      rule: 'elf.machine',
      verdict: fit === 'compatible' || !isProgram ? 'info' : 'error',
      evidence: 'binary',
      root,
      from: endOf(start, 'e_machine'),
      need: kind,
      offer: platform,
      sentence:
        fit === 'compatible'
          ? `${start.path} is for ${kind}, which a kernel of ${platform} runs where it is built for it`
          : `${start.path} is for ${kind} and can't run on ${platform}`,
    },
  ];
}

function judgeForeign({ root, start, missing, result }: LoadCase): readonly Edge[] {
  return result.needs.flatMap(({ file, library, found, foreign }): readonly Edge[] => {
    if (found !== undefined || foreign === undefined) return [];
    const offer = formatKind(foreign.elf);
    const when = file === start ? '' : `, loaded by ${start.path},`;
    return [
      {
        rule: 'elf.machine',
        verdict: missing,
        evidence: 'binary',
        root,
        from: endOf(file, 'DT_NEEDED'),
        need: library,
        by: endOf(foreign, 'e_machine'),
        offer,
        sentence: `${file.path}${when} needs ${library} for ${formatKind(file.elf)}; ${foreign.path} is for ${offer}`,
      },
    ];
  });
}
