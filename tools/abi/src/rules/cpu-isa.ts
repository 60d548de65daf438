import { endOf } from '../end-of.ts';
import type { ElfFile } from '../load.ts';
import type { LoadCase } from '../load-case.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const cpuIsa: Rule<LoadCase> = {
  id: 'cpu.isa',
  title: 'the processor has the instructions that a file says it needs',
  why:
    'ld.so refuses a file whose GNU property note asks for more than the processor has: "CPU ISA level is lower than required". A program of Go that was built with GOAMD64 looks itself, and says "This program can only be run on ' +
    'AMD64 processors with v3 microarchitecture support". Another static program meets an unknown instruction instead, and ends by SIGILL. The target is what the assembly says under `processor`, or `check --root --cpu`.',
  levels: {
    error: 'a program, or a library that is loaded with it, needs a higher level than the target processor has',
    warn: 'a file needs more than level 1, and no target processor is named; or a plugin needs more than the target has',
  },
  references: [
    'x86-64 psABI, program property and micro-architecture levels',
    'glibc sysdeps/x86/dl-prop.h',
    'Go src/runtime/asm_amd64.s, bad_cpu',
  ],
  examples: {
    fails: 'a program built with -march=x86-64-v3 -Wl,-z,x86-64-v3, and one of Go built with GOAMD64=v3, for a processor of level 2',
    passes: 'redis-tools 8.0.2 of Debian 13, which needs level 1',
  },
  check: judgeLevels,
};

/** Level 1 is what every x86-64 processor has: only more is an edge. */
function judgeLevels({ root, start, missing, result, cpuLevel }: LoadCase): readonly Edge[] {
  return result.files.flatMap((file): readonly Edge[] => {
    const [noted, built] = [file.elf.isaLevel ?? 1, file.elf.go?.isaLevel ?? 1];
    const level = Math.max(noted, built);
    if (level <= 1) return [];
    const fact = noted === level ? 'GNU property x86 ISA needed' : 'Go build info, GOAMD64';
    const edge = { rule: 'cpu.isa', evidence: 'binary', root, from: endOf(file, fact) } as const;
    const need = `x86-64-v${level}`;
    const when = file === start ? '' : `, loaded by ${start.path},`;
    if (cpuLevel === undefined)
      return [{ ...edge, verdict: 'warn', need, offer: 'any x86-64', sentence: `${file.path}${when} runs only on processors of ${need}` }];
    const offer = `x86-64-v${cpuLevel}`;
    if (level <= cpuLevel)
      return [{ ...edge, verdict: 'ok', need, offer, sentence: `${file.path} needs ${need}, and the processor is ${offer}` }];
    const sentence = `${file.path}${when} needs a processor of ${need}; the target is ${offer}`;
    return [{ ...edge, verdict: missing === 'warn' && !isStaticProgram(start) ? 'warn' : 'error', need, offer, sentence }];
  });
}

/** Nobody loads it, though it names no loader: it is no plugin. */
function isStaticProgram({ path, elf, executable }: ElfFile): boolean {
  return executable && elf.soname === undefined && elf.needed.length === 0 && !/\.so(?:\.|$)/.test(path);
}
