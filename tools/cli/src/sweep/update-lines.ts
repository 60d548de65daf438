import { openLine, updateComponents, type BuiltPayload, type PayloadReader, type PinFinder, type Surroundings } from '@moby/composer';
import { Failure, parseComponentName, type ComponentName, type Diagnostic } from '@moby/model';
import { join } from 'node:path';
import { relockAssemblies } from '../author/relock-assemblies.ts';
import { findingOf, type NewerLine } from './find-updates.ts';
import type { StagedChange, StagedLibrary } from './stage-library.ts';

export interface ToUpdate {
  readonly staged: StagedLibrary;
  readonly lines: readonly NewerLine[];
  readonly surroundings: Surroundings;
  readonly finder: PinFinder;
  readonly payloads: PayloadReader;
}

export interface UpdatedLines {
  readonly changes: ReadonlyMap<string, StagedChange>;
  /** The versions afterwards, by line, and the payloads that were derived for them. */
  readonly versions: ReadonlyMap<string, string>;
  readonly payloads: ReadonlyMap<string, readonly BuiltPayload[]>;
  readonly findings: readonly Diagnostic[];
}

/** Everything that the tool writes of a line. */
const lineFiles = ['package.json', 'facts.json', 'symbols.json', 'kernel-symbols.json'];

/** Updates lines in the staged library, locks again what uses them, and puts the library back as it was. A line that can't be updated is told. */
export async function updateLines({ staged, lines, surroundings, finder, payloads }: ToUpdate): Promise<UpdatedLines> {
  const findings: Diagnostic[] = [];
  const versions = new Map<string, string>();
  const derived = new Map<string, readonly BuiltPayload[]>();
  const names = new Set<ComponentName>();
  for (const { component } of lines) {
    try {
      const report = await updateComponents({ folders: [join(staged.folder, 'components', component)], finder, payloads });
      findings.push(...report.findings);
      for (const { to, changed, payloads: built } of report.components) {
        if (changed) versions.set(component, to);
        derived.set(component, built);
      }
      const name = parseComponentName(component.split('/')[0] ?? '');
      if (name !== undefined && versions.has(component)) names.add(name);
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'interrupted') throw error;
      await staged.restore(filesOf(component));
      findings.push(findingOf(component, error));
    }
  }
  const locks = versions.size === 0 ? [] : await relock({ staged, surroundings, names: [...names].sort(), findings });
  const paths = [...versions.keys()].flatMap(filesOf);
  const changes = new Map([...(await staged.changes(paths)), ...locks]);
  await staged.restore(paths);
  return { changes, versions, payloads: derived, findings };
}

function filesOf(line: string): readonly string[] {
  return lineFiles.map((file) => `components/${line}/${file}`);
}

interface Relock {
  readonly staged: StagedLibrary;
  readonly surroundings: Surroundings;
  readonly names: readonly ComponentName[];
  readonly findings: Diagnostic[];
}

/** Locks that were there before; what else locking writes is put back. */
async function relock({ staged, surroundings, names, findings }: Relock): Promise<ReadonlyMap<string, StagedChange>> {
  const relocked = await relockAssemblies({
    line: await openLine(surroundings),
    library: staged.folder,
    components: names,
    unlocked: (found) => findings.push(...found),
  });
  const all = staged.assemblies.map(lockOf);
  const changed = await staged.changes(relocked.map(lockOf));
  const kept = new Map([...changed].filter(([, { before }]) => before !== undefined));
  await staged.restore(all);
  return kept;
}

function lockOf(assembly: string): string {
  return `assemblies/${assembly}/assembly.lock.json`;
}
