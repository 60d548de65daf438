import { endOf } from '../end-of.ts';
import { programAt, type ScriptCase } from '../program-case.ts';
import type { Edge } from '../edge.ts';
import { execPath } from './exec-path.ts';
import type { Rule } from './rule.ts';

export const execInterpreter: Rule<ScriptCase> = {
  id: 'exec.interpreter',
  title: 'the interpreter that a script names is in its root',
  why: 'The kernel starts a script by the program after its `#!`. Without it execve fails with ENOENT, and a shell says "bad interpreter".',
  levels: {
    error: 'the interpreter of a program that somebody starts, or of a script on PATH, isn’t there',
    warn: 'that of a script off PATH, where a whole root is judged',
    unknown: 'it isn’t there, and a component of the root has no facts',
  },
  references: ['Linux fs/binfmt_script.c', 'execve(2), interpreter scripts'],
  examples: {
    fails: 'debconf-show of debconf 1.5.82 (`#!/usr/bin/perl`) in a root without perl-base',
    passes: 'ldd of libc-bin 2.36 (`#! /bin/bash`) with bash 5.2.15',
  },
  check: judgeScript,
};

/** Linux follows five interpreters of interpreters, then ELOOP (fs/exec.c). */
const maxInterpreters = 5;

function judgeScript(script: ScriptCase): readonly Edge[] {
  const edges: Edge[] = [];
  let file = script.file;
  for (let depth = 0; depth < maxInterpreters && file.script !== undefined; depth++) {
    const [need = '', started] = file.script.split(' ');
    const interpreter = programAt(script, need);
    const edge = { rule: 'exec.interpreter', evidence: 'binary', root: script.root, from: endOf(file, '#!'), need } as const;
    if (interpreter === undefined || !need.includes('/')) {
      edges.push({ ...edge, verdict: script.missing, sentence: `${file.path} is a script for ${need}, which isn't in this root` });
      break;
    }
    const sentence = `${file.path} is a script for ${need}, which is ${interpreter.path}`;
    edges.push({ ...edge, verdict: 'ok', by: endOf(interpreter), sentence });
    if (started !== undefined) {
      const { name: component, version } = file.component;
      edges.push(...execPath.check({ ...script, need: { component, version, program: started, why: 'exec', file } }));
    }
    file = interpreter;
  }
  return edges;
}
