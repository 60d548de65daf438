/** Whether stdout is to be one document of ours, `--json` or its long form `--format json`; as oclif reads it, before a `--`. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const flags = argv.slice(0, end < 0 ? argv.length : end);
  return (
    flags.includes('--json') || flags.includes('--format=json') || flags.some((flag, at) => flag === '--format' && flags[at + 1] === 'json')
  );
}
