import type { Diagnostic } from '@moby/model';
import type { ChangeSubject } from '../review/change-subject.ts';
import { lifecycleFile } from '../lifecycle/read-lifecycle.ts';
import { policyFile } from '../judge/policy-file.ts';
import { ofRelease, type Clause, type Found, type GovernanceRule } from './rule.ts';
import { yamlFormCodes } from './yaml-strict.ts';
import type { ComponentSubject, PackageSubject } from '../judge/subject.ts';

export const schema: GovernanceRule = {
  ...ofRelease({
    id: 'MOBY-M201',
    name: 'schema',
    severity: 'error',
    waivableBy: 'nobody',
    why: 'Resolving reads manifests, checking reads facts; whatever they can’t read they can’t judge.',
    examples: { fails: '`"kind": "deamon"`', passes: '`"kind": "service"`' },
    yields: true,
    clauses: [
      {
        name: 'no-package',
        when: 'there is no package.json, or it is no JSON object',
        *find({ question, jsonFiles, package: own }): Iterable<Found> {
          // Of an archive that can't be read, others say more.
          const isReadable = question.release.archive === undefined || question.release.archive.faults.length === 0;
          if (!question.release.files.has('package.json') && isReadable) yield { message: 'the package has no `package.json`' };
          else if (own === undefined && jsonFiles.get('package.json')?.document !== undefined)
            yield { at: [], message: '`package.json` is no JSON object' };
        },
      },
      {
        name: 'invalid',
        when: 'package.json breaks `schemas/component.v1.schema.json`, or says what no manifest can say',
        find: ({ package: own }) => (own === undefined ? [] : invalid(own)),
      },
      {
        name: 'wrong-facts',
        when: 'facts.json, symbols.json or kernel-symbols.json is not of its form',
        find: ({ component }) => (component === undefined ? [] : wrongParts(component)),
      },
    ],
  }),
  change: [
    document('assembly', 'an assembly.yaml that changed breaks `schemas/assembly.v1.schema.json`', (path) =>
      path.endsWith('/assembly.yaml'),
    ),
    document('owners', 'an OWNERS.yaml that changed breaks `schemas/owners.v1.schema.json`', (path) => path.endsWith('/OWNERS.yaml')),
    document('policy', `\`${policyFile}\` changed, and is none that could count`, (path) => path === policyFile),
    document('lifecycle', `\`${lifecycleFile}\` changed, and is none that could count`, (path) => path === lifecycleFile),
  ],
};

/** A document of the library beside its components. Whether it can be read at all is MOBY-S105's. */
function document(name: string, when: string, isIt: (path: string) => boolean): Clause<ChangeSubject> {
  return {
    name,
    when,
    *find({ files }): Iterable<Found> {
      for (const [path, { faults = [] }] of files)
        if (isIt(path)) for (const fault of faults) if (!yamlFormCodes.has(fault.code)) yield { repositoryFile: path, ...foundOf(fault) };
    },
  };
}

function* invalid({ diagnostics }: PackageSubject): Iterable<Found> {
  for (const diagnostic of diagnostics) if (diagnostic.severity === 'error') yield foundOf(diagnostic);
}

function foundOf({ message, place, note, hints = [] }: Diagnostic): Found {
  const help = [note, ...hints].filter((one) => one !== undefined).join('; ');
  return { ...(place === undefined ? {} : { place }), message, ...(help === '' ? {} : { help }) };
}

function* wrongParts({ facts, symbols, kernelSymbols }: ComponentSubject): Iterable<Found> {
  for (const [file, part] of Object.entries({ 'facts.json': facts, 'symbols.json': symbols, 'kernel-symbols.json': kernelSymbols }))
    if (part.kind === 'wrong') yield { file, message: part.message, help: 'write it anew: `moby-compose component build`' };
}
