import type { ElfFacts, Platform, RunExpectation } from '@moby/model';
import { machineBusybox } from './guest-component.ts';

/** What a look finds out of a root. */
export interface Look {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly loads: readonly Pick<ElfFacts, 'path' | 'interpreter'>[];
  readonly runs: readonly RunExpectation[];
}

/** The loader that programs of a platform name, for libraries, which name none. */
const loaders: Readonly<Record<Platform, string>> = {
  'linux/amd64': '/lib64/ld-linux-x86-64.so.2',
  'linux/arm64': '/lib/ld-linux-aarch64.so.1',
  'linux/riscv64': '/lib/ld-linux-riscv64-lp64d.so.1',
  'linux/s390x': '/lib/ld64.so.1',
};

/** An argument has at most 4,096 characters, and an entry at most 200 of them (schemas/component.v1.schema.json). */
const maxPartLength = 4000;
const maxParts = 180;

/**
 * Read by the machine's shell. Each line of a part is one question; what others say is put behind a blank, so that no answer of theirs
 * passes for one of the look. data/look.mts reads it.
 */
const shell = [
  `box=${machineBusybox}`,
  'quote() { while IFS= read -r line || [ -n "$line" ]; do echo " $line"; done; }',
  'file() { [ -e "$1" ] || [ -L "$1" ] || echo "missing $1"; }',
  'ask() { { { "$@" 4>&-; echo "rc $?" >&4; } </dev/null 2>&1 | $box head -c 65536 | quote; } 4>&1; }',
  'load() { echo "load $2"; ask "$1" --list "$2"; }',
  // A program may take TERM for an end as good as any, or for none.
  'run() { echo run; ask $box timeout -s KILL "$@"; }',
  'for part do eval "$part"; done',
  'echo looked',
].join('\n');

/** The arguments of a container that looks into its own root; the questions that there is room for. */
export function lookArguments(look: Look, platform: Platform): { readonly args: readonly string[]; readonly files: number } {
  const questions = [
    ...look.loads.map(({ path, interpreter = loaders[platform] }) => `load ${word(interpreter)} ${word(path)}`),
    ...look.runs.map(({ args, withinMs }) => `run ${Math.ceil(withinMs / 1000)} ${args.map(word).join(' ')}`),
  ];
  const files = look.files.map((path) => `file ${word(path)}`);
  const parts = joined([...questions, ...files]);
  const kept = parts.slice(0, maxParts);
  const asked = kept.join('\n').split('\n').length - questions.length;
  return { args: [machineBusybox, 'sh', '-c', shell, 'look', ...kept], files: look.files.length === 0 ? 0 : asked };
}

function joined(lines: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + line.length < maxPartLength) parts[parts.length - 1] = `${last}\n${line}`;
    else parts.push(line);
  }
  return parts;
}

/** For a POSIX shell. */
function word(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
