import { splitWords } from '../package/split-words.ts';
import type { UnitFile } from './unit-file.ts';

/** What a unit starts, with the variables that its text gives put in. */
export interface UnitCommand {
  /** Program and arguments. */
  readonly args: readonly string[];
  /** What the unit sets besides, without what stands in `args` already. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface CommandOptions {
  readonly unit: UnitFile;
  /** The text of a file that the unit reads its environment from, by absolute path; undefined where the package has none. */
  readonly readFile: (path: string) => string | undefined;
}

/** The first command of ExecStart (systemd.service(5), "Command lines"); undefined where there is none. */
export function unitCommand({ unit, readFile }: CommandOptions): UnitCommand | undefined {
  const [line] = unit.values('Service', 'ExecStart');
  if (line === undefined) return undefined;
  const environment = new Map<string, string>();
  for (const value of unit.values('Service', 'Environment')) for (const { text } of splitWords(value)) assign(environment, text, unit.name);
  for (const value of unit.values('Service', 'EnvironmentFile')) {
    const file = readFile(withSpecifiers(value.replace(/^-/, ''), unit.name) ?? '');
    for (const setting of (file ?? '').split('\n')) {
      // A comment in a value's place is a blank line to systemd.
      const [word] = /^\s*[A-Za-z_]\w*=/.test(setting) ? splitWords(setting) : [];
      if (word !== undefined) assign(environment, word.text, unit.name);
    }
  }
  const used = new Set<string>();
  const [first = '', ...rest] = splitWords(line.replace(/^[-@:+!]+/, '')).flatMap((word) => {
    const alone = word.quoted ? undefined : /^\$([A-Za-z_]\w*)$/.exec(word.text)?.[1];
    if (alone === undefined) return [expand(word.text, environment, used)];
    used.add(alone);
    return splitWords(environment.get(alone) ?? '').map(({ text }) => text);
  });
  const args = [first, ...rest].map((word) => withSpecifiers(word, unit.name) ?? '').filter((word, at) => at === 0 || word !== '');
  return {
    args,
    environment: Object.fromEntries([...environment].filter(([name]) => !used.has(name)).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function assign(environment: Map<string, string>, text: string, unit: string): void {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
  const value = withSpecifiers(match?.[2] ?? '', unit);
  if (match?.[1] !== undefined && value !== undefined) environment.set(match[1], value);
}

function expand(text: string, environment: ReadonlyMap<string, string>, used: Set<string>): string {
  return text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    used.add(name);
    return environment.get(name) ?? '';
  });
}

/** `%p`, `%N` and `%n`, and `%%`; undefined for what only a running machine knows, as `%H`. */
function withSpecifiers(text: string, unit: string): string | undefined {
  const stem = unit.replace(/\.[a-z]+$/, '');
  const known: Readonly<Record<string, string>> = {
    '%p': stem.split('@')[0] ?? stem,
    '%N': stem,
    '%n': unit,
    '%%': '%',
    '%i': '',
    '%I': '',
  };
  let unknown = false;
  const expanded = text.replace(/%[A-Za-z%]/g, (specifier) => {
    unknown ||= known[specifier] === undefined;
    return known[specifier] ?? specifier;
  });
  return unknown ? undefined : expanded;
}
