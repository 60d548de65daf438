/** The flags that make an artifact another one, and so belong to every next command about it. */
export interface RepeatedFlags {
  readonly with?: readonly string[] | undefined;
  readonly without?: readonly string[] | undefined;
  readonly replace?: readonly string[] | undefined;
  readonly components?: readonly string[] | undefined;
  readonly registry?: readonly string[] | undefined;
  readonly layout?: string | undefined;
  readonly out?: string | undefined;
  readonly platform?: string | undefined;
}

/** An assembly and the flags that it was asked for with, as they are typed. */
export function typedAgain(assembly: string, flags: RepeatedFlags): string {
  const many = (['with', 'without', 'replace', 'components', 'registry'] as const).flatMap((name) =>
    (flags[name] ?? []).map((value) => `--${name} ${quoted(value)}`),
  );
  const one = (['layout', 'out', 'platform'] as const).flatMap((name) =>
    flags[name] === undefined ? [] : [`--${name} ${quoted(flags[name])}`],
  );
  return [quoted(assembly), ...many, ...one].join(' ');
}

/** For a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w./@%+=:,~^-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
