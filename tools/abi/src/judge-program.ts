import { nearest } from '@moby/model';
import type { Edge, EdgeEnd } from './edge.ts';
import { endOf } from './judge-load.ts';
import type { RootFile, RootTree } from './root-tree.ts';

/** A program that somebody starts: a name for PATH, or an absolute path. */
export interface ProgramNeed {
  readonly component: string;
  readonly version: string;
  readonly program: string;
  /** `exec` of the manifest, a service's first argument, a runtime's program. */
  readonly why: 'exec' | 'args' | 'runtime';
}

export interface ProgramCase {
  readonly root: string;
  readonly tree: RootTree;
  readonly need: ProgramNeed;
  readonly path: readonly string[];
  readonly missing: 'error' | 'unknown';
}

/** Linux follows five interpreters of interpreters, then ELOOP (fs/exec.c). */
const maxInterpreters = 5;

const reasons: Readonly<Record<ProgramNeed['why'], string>> = { exec: 'expects', args: 'starts', runtime: 'offers as runtime' };

/** Whether the program is there and may be executed, and whether the interpreter of a script is. */
export function judgeProgram(program: ProgramCase): readonly Edge[] {
  const { need, tree, path } = program;
  const places = need.program.includes('/') ? [need.program] : path.map((folder) => `${folder}/${need.program}`);
  const found = places.map((place) => tree.find(place)).find((file) => file?.executable === true);
  const from: EdgeEnd = { component: need.component, version: need.version };
  const edge = { rule: 'exec.path', evidence: 'declared', root: program.root, from, need: need.program } as const;
  const subject = `${need.component} ${need.version} ${reasons[need.why]} ${need.program}`;
  if (found === undefined) return [{ ...edge, verdict: program.missing, ...absence(program, places, subject) }];
  return [{ ...edge, verdict: 'ok', by: endOf(found), sentence: `${subject}, which is ${found.path}` }, ...judgeScript(program, found)];
}

function absence({ need, tree, path }: ProgramCase, places: readonly string[], subject: string): Pick<Edge, 'sentence' | 'hints'> {
  const link = places.find((place) => tree.isLink(place));
  const where = need.program.includes('/') ? 'in this root' : `on the PATH ${path.join(':')}`;
  const sentence =
    link === undefined ? `${subject}, which isn't ${where}` : `${subject}, but ${link} is a link to nothing that can be executed`;
  const name = need.program.slice(need.program.lastIndexOf('/') + 1);
  const others = tree.files.filter((file) => file.executable).map((file) => file.path);
  const variants = others.filter((other) => other.slice(other.lastIndexOf('/') + 1).startsWith(`${name}-`)).slice(0, 5);
  if (variants.length > 0) return { sentence, hints: [`there is ${variants.join(', ')}: add a link, as an alternative would`] };
  const meant = nearest(
    name,
    others.map((other) => other.slice(other.lastIndexOf('/') + 1)),
  );
  return { sentence, ...(meant === undefined ? {} : { hints: [`did you mean \`${meant}\`?`] }) };
}

function judgeScript(program: ProgramCase, first: RootFile): readonly Edge[] {
  const edges: Edge[] = [];
  let file = first;
  for (let depth = 0; depth < maxInterpreters && file.script !== undefined; depth++) {
    const interpreter = program.tree.find(file.script);
    const edge = { rule: 'exec.interpreter', evidence: 'binary', root: program.root, from: endOf(file), need: file.script } as const;
    if (interpreter?.executable !== true) {
      edges.push({ ...edge, verdict: program.missing, sentence: `${file.path} is a script for ${file.script}, which isn't in this root` });
      break;
    }
    edges.push({
      ...edge,
      verdict: 'ok',
      by: endOf(interpreter),
      sentence: `${file.path} is a script for ${file.script}, which is ${interpreter.path}`,
    });
    file = interpreter;
  }
  return edges;
}
