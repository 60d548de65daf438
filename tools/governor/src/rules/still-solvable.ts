import type { Diagnostic } from '@moby/model';
import type { AssemblyChange } from '../library/library-change.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const stillSolvable: GovernanceRule = ofChange({
  id: 'MOBY-C604',
  name: 'still-solvable',
  severity: 'error',
  waivableBy: 'steward',
  why: 'The assemblies of a library are its promise: each of them resolves, whatever is merged. The message is the resolver’s own proof, and the help the ways out that it has tried.',
  examples: {
    fails: 'redis comes to need glibc >=2.42, and an assembly constrains glibc@~2.41',
    passes: 'every assembly that resolved before still does',
  },
  change: [
    {
      name: 'no-solution',
      when: 'an assembly that resolved, or is new, has no solution after the merge',
      *find({ library }): Iterable<Found> {
        for (const change of library.assemblies) {
          if (change.after?.kind !== 'unsolvable' || change.before?.kind === 'unsolvable') continue;
          yield { ...placeOf(change), ...proofOf(change.after.findings) };
        }
      },
    },
    {
      name: 'unreadable',
      when: 'an assembly that could be read, or is new, can’t be read after the merge, or facts that it needs can’t',
      *find({ library, touched }): Iterable<Found> {
        const lines = touched.components.flatMap(({ name }) => library.after.components.get(name)?.lines ?? []);
        const unreadable = lines.some(({ says }) => says === undefined);
        for (const change of library.assemblies) {
          const { before, after } = change;
          if (after?.kind !== 'unreadable' || before?.kind === 'unreadable') continue;
          // Rules about the manifest, or the lock, know better.
          if (unreadable || (after.lock !== undefined && after.lock.lock === undefined)) continue;
          const [first] = after.findings;
          // What the text of assembly.yaml is lacking is for MOBY-S105 and MOBY-M201.
          if (first !== undefined && isOfText(first, placeOf(change).repositoryFile)) continue;
          const at = first?.place === undefined ? {} : { repositoryFile: first.place.file, place: first.place };
          yield { ...placeOf(change), ...at, message: first?.message ?? 'it can’t be read', ...helpOf(first?.hints ?? []) };
        }
      },
    },
  ],
});

/** It is about how the file is written, and not about what it means. */
function isOfText({ code, place }: Diagnostic, file: string): boolean {
  return !['invalid-assembly', 'invalid-input', 'not-found', 'wrong-facts', 'limit'].includes(code) && (place?.file ?? file) === file;
}

function placeOf({ name }: AssemblyChange): { readonly repositoryFile: string } {
  return { repositoryFile: `assemblies/${name}/assembly.yaml` };
}

/** The proof's facts and what follows from all of them, as one sentence; behind an empty line of it stand the ways out. */
function proofOf(findings: readonly Diagnostic[]): Pick<Found, 'message' | 'help'> {
  const lines = findings.flatMap(({ message, details = [] }) => [message, ...details]);
  const end = lines.indexOf('');
  const proof = end < 0 ? lines : lines.slice(0, end);
  const [head = '', ...steps] = proof.map(oneLine);
  const rest = [...new Set(steps.filter((step, index) => !step.startsWith('so ') || index === steps.length - 1))];
  const ways = end < 0 ? [] : lines.slice(end).map(oneLine);
  return {
    message: rest.length === 0 ? head : `${head}: ${rest.map((step) => step.replace(/[,;.]$/, '')).join(', ')}`,
    ...helpOf([waysOut(ways), ...findings.flatMap(({ hints = [] }) => hints)]),
  };
}

/** `this solves it: …; …`, each way that the resolver has tried. */
function waysOut(lines: readonly string[]): string {
  const [title = '', ...ways] = lines.filter((line) => line !== '');
  return ways.length === 0 ? title : `${title.replace(/:$/, '')}: ${ways.join('; ')}`;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

function helpOf(hints: readonly string[]): Pick<Found, 'help'> {
  const told = hints.filter((hint) => hint !== '');
  return told.length === 0 ? {} : { help: told.join('; ') };
}
