/**
 * The dynamic loader's own verdict beside `moby-compose check --root`, for every program of unpacked roots; as root:
 *
 *     node -C source tools/abi/oracle/ldso.ts ROOT...
 *
 * Each program with a PT_INTERP is started in a chroot with LD_TRACE_LOADED_OBJECTS=1 LD_BIND_NOW=1 LD_WARN=yes: its loader maps
 * and binds everything and ends before the first instruction of the program. It fails where it prints "not found", "undefined
 * symbol" or "error while", or can't be started. Prints the counts; the exit code is 1 for a false alarm or a miss at level error.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const launcher = new URL('../../../moby-compose', import.meta.url).pathname;
const timeoutMs = 30_000;
/** chroot(8) is a dynamic program itself, and would be traced in place of what it starts; the variables are set behind it. */
const enter =
  'chroot shift or die; chdir "/"; %ENV = (PATH => "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL => "C", LD_TRACE_LOADED_OBJECTS => 1, LD_BIND_NOW => 1, LD_WARN => "yes"); exec {$ARGV[0]} @ARGV; die "exec: $!"';
const bad = /not found|undefined symbol|error while|cannot open|No such file|Exec format error|Syntax error|Inconsistency/;

interface Verdicts {
  readonly programs: number;
  readonly failing: number;
  readonly falseAlarms: readonly string[];
  readonly misses: readonly string[];
  readonly loaderMs: number;
  readonly checkMs: number;
}

function compare(root: string): Verdicts {
  const programs = [...programsOf(root, '')].sort();
  const begin = performance.now();
  const told = new Map(programs.map((path) => [path, traceOf(root, path)]));
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

/** Executable ELF files that name a loader; static programs would really run, so they are left alone. */
function* programsOf(root: string, folder: string): Generator<string> {
  for (const name of readdirSync(join(root, folder))) {
    const path = `${folder}/${name}`;
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory() && !['/proc', '/sys', '/dev'].includes(path)) yield* programsOf(root, path);
    if (stat.isFile() && (stat.mode & 0o111) !== 0 && isElf(join(root, path)) && interpreterOf(join(root, path)) !== undefined) yield path;
  }
}

function isElf(path: string): boolean {
  const handle = openSync(path, 'r');
  const begin = Buffer.alloc(4);
  readSync(handle, begin, 0, 4, 0);
  closeSync(handle);
  return begin.toString('latin1') === '\x7fELF';
}

function interpreterOf(path: string): string | undefined {
  return /Requesting program interpreter: (.*)\]/.exec(spawnSync('readelf', ['-lW', path], { encoding: 'utf8' }).stdout)?.[1];
}

/** What the loader has to say against a program; undefined where nothing. */
function traceOf(root: string, path: string): string | undefined {
  const found = complaint(spawnSync('perl', ['-e', enter, root, path], { encoding: 'utf8', timeout: timeoutMs }));
  const interpreter = interpreterOf(join(root, path));
  if (found === undefined || interpreter === undefined) return found;
  // Without /proc the kernel can't tell a program's $ORIGIN; a loader that is started itself knows it from the path.
  const isRelative = spawnSync('readelf', ['-dW', join(root, path)], { encoding: 'utf8' }).stdout.includes('$ORIGIN');
  if (!isRelative) return found;
  return complaint(spawnSync('perl', ['-e', enter, root, interpreter, '--list', path], { encoding: 'utf8', timeout: timeoutMs }));
}

function complaint(run: { readonly stdout: string; readonly stderr: string; readonly error?: Error }): string | undefined {
  if (run.error !== undefined) return run.error.message;
  return `${run.stdout}\n${run.stderr}`
    .split('\n')
    .find((line) => bad.test(line))
    ?.trim();
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
