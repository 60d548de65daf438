import { spawnSync } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** An executable ELF file of a root, as `readelf` sees it. */
export interface LoadedProgram {
  readonly path: string;
  /** The loader that it names. */
  readonly interpreter: string;
  /** Whether its libraries are looked for beside it. */
  readonly isRelative: boolean;
}

export interface Executables {
  /** Sorted by path. */
  readonly programs: readonly LoadedProgram[];
  /** Those without a loader, sorted: they have no libraries, and would really run. */
  readonly withoutLoader: readonly string[];
}

/** Every executable ELF file of an unpacked root. */
export function executablesIn(root: string): Executables {
  const paths = [...walk(root, '')].sort();
  const told = readelf(root, paths);
  const programs: LoadedProgram[] = [];
  const withoutLoader: string[] = [];
  for (const path of paths) {
    const text = told.get(path) ?? '';
    const interpreter = /Requesting program interpreter: (.*)\]/.exec(text)?.[1];
    if (interpreter === undefined) withoutLoader.push(path);
    else programs.push({ path, interpreter, isRelative: text.includes('$ORIGIN') });
  }
  return { programs, withoutLoader };
}

function* walk(root: string, folder: string): Generator<string> {
  for (const name of readdirSync(join(root, folder))) {
    const path = `${folder}/${name}`;
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory() && !['/proc', '/sys', '/dev'].includes(path)) yield* walk(root, path);
    if (stat.isFile() && (stat.mode & 0o111) !== 0 && isElf(join(root, path))) yield path;
  }
}

function isElf(path: string): boolean {
  const handle = openSync(path, 'r');
  const begin = Buffer.alloc(4);
  readSync(handle, begin, 0, 4, 0);
  closeSync(handle);
  return begin.toString('latin1') === '\x7fELF';
}

const mostOutputBytes = 1 << 28;

/** What `readelf` says of each file, by one process for all. */
function readelf(root: string, paths: readonly string[]): ReadonlyMap<string, string> {
  if (paths.length === 0) return new Map();
  // It names the files only where it is given several.
  const files = [...paths, ...paths.slice(0, 1)].map((path) => join(root, path));
  const { stdout, error } = spawnSync('readelf', ['-ldW', ...files], { encoding: 'utf8', maxBuffer: mostOutputBytes });
  if (error !== undefined) throw error;
  const parts = stdout.split(/^File: /m).slice(1);
  return new Map(parts.map((part) => [part.slice(root.length, part.indexOf('\n')), part]));
}

const programTimeoutSeconds = 30;

/**
 * In a chroot, one process after the other: `PATH LOADER` are pairs of arguments, and LOADER is empty where the program is started by
 * itself. chroot(8) would be traced in place of what it starts, being a dynamic program too.
 */
const script = `
chroot(shift) or die "chroot: $!";
chdir "/" or die "chdir: $!";
$| = 1;
while (my ($path, $loader) = splice @ARGV, 0, 2) {
  print "\\0$path\\0";
  defined(my $child = fork) or die "fork: $!";
  if ($child == 0) {
    open STDERR, ">&", STDOUT;
    alarm ${programTimeoutSeconds};
    %ENV = (PATH => "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL => "C", LD_TRACE_LOADED_OBJECTS => 1, LD_BIND_NOW => 1, LD_WARN => "yes");
    my @command = $loader eq "" ? ($path) : ($loader, "--list", $path);
    exec { $command[0] } @command or print "can't be started: $!\\n";
    exit 1;
  }
  waitpid $child, 0;
  print "ended by signal ", $? & 127, "\\n" if $? & 127;
  print "ended with code ", $? >> 8, "\\n" if $? >> 8;
}
`;

const bad = /not found|undefined symbol|error while|cannot open|can't be started|Inconsistency|ended (?:by|with)/;

/**
 * What the root's own loader has against each program; undefined where nothing. As root. A program is started in a chroot with
 * LD_TRACE_LOADED_OBJECTS=1 LD_BIND_NOW=1 LD_WARN=yes: its loader maps and binds everything and ends before the first instruction of
 * the program. It fails where that prints "not found", "undefined symbol" or "error while", ends badly, or can't begin.
 */
export function loaderComplaints(root: string, programs: readonly LoadedProgram[]): ReadonlyMap<string, string | undefined> {
  // Without /proc the kernel can't tell a program's $ORIGIN; a loader that is started itself knows it from the path.
  const pairs = programs.flatMap(({ path, interpreter, isRelative }) => [path, isRelative ? interpreter : '']);
  const run = spawnSync('perl', ['-e', script, root, ...pairs], {
    encoding: 'utf8',
    timeout: (programs.length + 1) * programTimeoutSeconds * 1000,
    maxBuffer: mostOutputBytes,
  });
  const [, ...told] = run.stdout.split('\0');
  if (run.status !== 0 || told.length !== 2 * programs.length)
    throw new Error(`the programs of ${root} were not all tried: ${run.error?.message ?? run.stderr.trim()}`);
  return new Map(programs.map(({ path }, at) => [path, complaint(told[2 * at + 1] ?? '')]));
}

function complaint(text: string): string | undefined {
  return text
    .split('\n')
    .find((line) => bad.test(line))
    ?.trim();
}
