import type { ElfSymbols, PlatformSymbols } from '@moby/model';

/** The symbols of a component's files; each file's are unpacked when they are first asked for. */
export interface SymbolLookup {
  /** Undefined where nobody has read the file's symbols. */
  of(path: string): FileSymbols | undefined;
}

/** Names that a file needs, bound to one version of one library, or to nothing. */
export interface ImportGroup {
  readonly library: string | undefined;
  readonly version: string | undefined;
  readonly names: readonly string[];
}

export interface FileSymbols {
  readonly imports: readonly ImportGroup[];
  /** It offers more than anybody wrote down. */
  readonly manyExports: boolean;
  /** The names of one of `imports` of another file that this file doesn't offer. Remembered, as each program asks for the same. */
  missing(group: ImportGroup): readonly string[];
}

/** `read` is called once, when the first file is asked for. */
export function openSymbols(read: () => PlatformSymbols | undefined): SymbolLookup {
  let files: PlatformSymbols['files'] | undefined | 'unread' = 'unread';
  const opened = new Map<string, FileSymbols>();
  return {
    of(path) {
      if (files === 'unread') files = read()?.files;
      if (files === undefined) return undefined;
      let found = opened.get(path);
      if (found === undefined) {
        // Whoever has read the component's files has left out those without symbols.
        found = openFileSymbols(Object.hasOwn(files, path) ? files[path] : undefined);
        opened.set(path, found);
      }
      return found;
    },
  };
}

export function openFileSymbols(symbols: ElfSymbols | undefined): FileSymbols {
  const exports = symbols?.exports ?? {};
  const sets = new Map<string, ReadonlySet<string>>();
  const setOf = (group: string): ReadonlySet<string> => {
    let set = sets.get(group);
    if (set === undefined) {
      set = new Set(Object.hasOwn(exports, group) ? exports[group]?.split(' ') : []);
      sets.set(group, set);
    }
    return set;
  };
  // What a loader accepts for a name without a version: those without one, and each version that is a default.
  const plainGroups = Object.keys(exports).filter((group) => !group.startsWith('@') || group.startsWith('@@'));
  const answers = new Map<ImportGroup, readonly string[]>();
  return {
    imports: Object.entries(symbols?.imports ?? {}).map(([bound, names]) => importGroup(bound, names)),
    manyExports: symbols?.manyExports === true,
    missing(group) {
      let answer = answers.get(group);
      if (answer === undefined) {
        const { version } = group;
        const groups = version === undefined ? plainGroups : [`@@${version}`, `@${version}`, ''];
        answer = group.names.filter((name) => !groups.some((offered) => setOf(offered).has(name)));
        answers.set(group, answer);
      }
      return answer;
    },
  };
}

/** `libm.so.6(GLIBC_2.43)`, `sqrtf` → library, version, names. */
function importGroup(bound: string, names: string): ImportGroup {
  const match = /^(.*)\(([^()]*)\)$/.exec(bound);
  return { library: match?.[1], version: match?.[2], names: names.split(' ') };
}
