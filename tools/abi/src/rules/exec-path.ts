import { nearest } from '@moby/model';
import { endOf } from '../end-of.ts';
import { type ProgramCase, programAt, type ProgramNeed } from '../program-case.ts';
import type { Edge, EdgeEnd } from '../edge.ts';
import type { Rule } from './rule.ts';

export const execPath: Rule<ProgramCase> = {
  id: 'exec.path',
  title: 'a program that somebody starts by name is an executable file on its PATH',
  why: 'execvp tries each folder of PATH and ends with ENOENT; what follows differs: dockerd refuses to start without iptables, and without docker-proxy while userland-proxy is on. Unpacked packages lack the links that update-alternatives makes. A manifest can name an argument with which a program is never started (`unless`).',
  levels: {
    error: 'a program of `exec`, a service’s first argument, a runtime’s program, or what `env` starts for a script on PATH isn’t there',
    warn: 'what `env` starts for a script off PATH isn’t',
    unknown: 'it isn’t there, and a component of the root has no facts',
  },
  references: ['execvp(3)', 'Linux fs/exec.c'],
  examples: {
    fails: 'dockerd 26.1.5 with iptables 1.8.9 unpacked: there is `iptables-nft`, but no `iptables`',
    passes:
      'the same with the link `/usr/sbin/iptables` that the alternative would make; without docker-proxy, where the engine is started with `--userland-proxy=false`',
  },
  check: judgeProgram,
};

const reasons: Readonly<Record<ProgramNeed['why'], string>> = { exec: 'expects', args: 'starts', runtime: 'offers as runtime' };

function judgeProgram(program: ProgramCase): readonly Edge[] {
  const { need } = program;
  const found = programAt(program, need.program);
  const from: EdgeEnd = need.file === undefined ? { component: need.component, version: need.version } : endOf(need.file, '#!');
  const evidence = need.file === undefined ? 'declared' : 'binary';
  const edge = { rule: 'exec.path', evidence, root: program.root, from, need: need.program } as const;
  const subject =
    need.file === undefined
      ? `${need.component} ${need.version} ${reasons[need.why]} ${need.program}`
      : `${need.file.path} is a script for ${need.program}`;
  if (found === undefined) return [{ ...edge, verdict: program.missing, ...absence(program, subject) }];
  return [{ ...edge, verdict: 'ok', by: endOf(found), sentence: `${subject}, which is ${found.path}` }];
}

function absence(program: ProgramCase, subject: string): Pick<Edge, 'sentence' | 'hints'> {
  const { need, tree, path } = program;
  const places = need.program.includes('/') ? [need.program] : path.map((folder) => `${folder}/${need.program}`);
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
