/**
 * The dynamic loader's own verdict beside `moby-compose check --root`, for every program of unpacked roots; as root:
 *
 *     node -C source tools/abi/oracle/ldso.ts ROOT...
 *
 * Prints the counts; the exit code is 1 for a false alarm or a miss at level error.
 */
import { spawnSync } from 'node:child_process';
import { executablesIn, loaderComplaints } from './loader-verdict.ts';

const launcher = new URL('../../../moby-compose', import.meta.url).pathname;

interface Verdicts {
  readonly programs: number;
  readonly failing: number;
  readonly falseAlarms: readonly string[];
  readonly misses: readonly string[];
  readonly loaderMs: number;
  readonly checkMs: number;
}

function compare(root: string): Verdicts {
  const { programs: loaded } = executablesIn(root);
  const programs = loaded.map(({ path }) => path);
  const begin = performance.now();
  const told = loaderComplaints(root, loaded);
  const middle = performance.now();
  const alarmed = judgedBad(root);
  const end = performance.now();
  return {
    programs: programs.length,
    failing: programs.filter((path) => told.get(path) !== undefined).length,
    falseAlarms: programs.filter((path) => told.get(path) === undefined && alarmed.has(path)),
    misses: programs.flatMap((path) => {
      const why = told.get(path);
      return why === undefined || alarmed.has(path) ? [] : [`${path}: ${why}`];
    }),
    loaderMs: Math.round(middle - begin),
    checkMs: Math.round(end - middle),
  };
}

/** The programs that an error of `check --root` keeps from starting. */
function judgedBad(root: string): ReadonlySet<string> {
  const { stdout } = spawnSync(launcher, ['check', '--root', root, '--json'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const document: unknown = JSON.parse(stdout);
  if (typeof document !== 'object' || document === null || !('findings' in document) || !Array.isArray(document.findings))
    throw new Error(`the check of ${root} printed no findings: ${stdout.slice(0, 500)}`);
  return new Set(document.findings.flatMap((finding: unknown) => (isError(finding) ? finding.programs.map(String) : [])));
}

function isError(finding: unknown): finding is { readonly level: 'error'; readonly programs: readonly unknown[] } {
  return (
    typeof finding === 'object' &&
    finding !== null &&
    'level' in finding &&
    finding.level === 'error' &&
    'programs' in finding &&
    Array.isArray(finding.programs)
  );
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const all = process.argv.slice(2).map((root) => ({ root, ...compare(root) }));
for (const { root, programs, failing, falseAlarms, misses, loaderMs, checkMs } of all) {
  say(
    `${root}: ${programs} programs, ${failing} fail; ${falseAlarms.length} false alarms, ${misses.length} misses; ld.so ${loaderMs} ms, check ${checkMs} ms`,
  );
  for (const path of falseAlarms) say(`  false alarm: ${path}`);
  for (const miss of misses) say(`  miss: ${miss}`);
}
const sum = (count: (verdicts: Verdicts) => number): number => all.reduce((total, verdicts) => total + count(verdicts), 0);
const [alarms, missed] = [sum(({ falseAlarms }) => falseAlarms.length), sum(({ misses }) => misses.length)];
say(
  `${all.length} roots, ${sum(({ programs }) => programs)} programs, ${sum(({ failing }) => failing)} fail: ${alarms} false alarms, ${missed} misses`,
);
process.exitCode = alarms + missed === 0 && all.length > 0 ? 0 : 1;
