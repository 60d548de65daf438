import { buildComponentTree, type RootTree } from '../root-tree.ts';
import { added, broken, type AbiFacts, type FactsPair, type Found } from './abi-diff.ts';
import { isSharedObject } from './offered-libraries.ts';

/** Where names are looked for (`programPath`, after usr-merge). */
const pathFolders: ReadonlySet<string> = new Set(['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']);

/** Executable files, and the names of links to them on the PATH: what can be started by name or by path. */
export function diffPrograms({ before, after }: FactsPair): readonly Found[] {
  const [old, own] = [buildComponentTree(before.facts), buildComponentTree(after.facts)];
  const now = programsOf(after, own);
  const gone = [...programsOf(before, old)].filter((path) => !isProgram(own, path));
  const come = [...now].filter((path) => !isProgram(old, path));
  const comeByName = new Map([...come].reverse().map((path) => [baseName(path), path]));
  return [
    ...gone.map((path): Found => {
      const name = baseName(path);
      const moved = comeByName.get(name);
      const sentence = moved === undefined ? `${path} is gone` : `${path} lies at ${moved} now: who names its path doesn’t find it`;
      return broken({ kind: 'program', name, file: path, ...(moved === undefined ? {} : { after: moved }), sentence });
    }),
    ...come.map((path): Found => added({ kind: 'program', name: baseName(path), file: path, sentence: `${path} is new` })),
  ];
}

function programsOf({ facts }: AbiFacts, tree: RootTree): ReadonlySet<string> {
  const links = Object.keys(facts.links).filter((path) => pathFolders.has(path.slice(0, path.lastIndexOf('/'))));
  return new Set([...facts.programs, ...links].filter((path) => isProgram(tree, path)));
}

function isProgram(tree: RootTree, path: string): boolean {
  const file = tree.find(path);
  return file?.executable === true && (file.elf === undefined || !isSharedObject(file.elf));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
