import { spawnSync } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const timeoutMs = 30_000;
/** chroot(8) is a dynamic program itself, and would be traced in place of what it starts; the variables are set behind it. */
const enter =
  'chroot shift or die; chdir "/"; %ENV = (PATH => "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL => "C", LD_TRACE_LOADED_OBJECTS => 1, LD_BIND_NOW => 1, LD_WARN => "yes"); exec {$ARGV[0]} @ARGV; die "exec: $!"';
const bad = /not found|undefined symbol|error while|cannot open|No such file|Exec format error|Syntax error|Inconsistency/;

/**
 * Executable ELF files of an unpacked root that name a loader, sorted; static programs would really run, so they are left alone.
 */
export function programsIn(root: string): readonly string[] {
  return [...walk(root, '')].sort();
}

function* walk(root: string, folder: string): Generator<string> {
  for (const name of readdirSync(join(root, folder))) {
    const path = `${folder}/${name}`;
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory() && !['/proc', '/sys', '/dev'].includes(path)) yield* walk(root, path);
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

/**
 * What the root's own loader has to say against a program; undefined where nothing. The program is started in a chroot with
 * LD_TRACE_LOADED_OBJECTS=1 LD_BIND_NOW=1 LD_WARN=yes: its loader maps and binds everything and ends before the first
 * instruction of the program. It fails where it prints "not found", "undefined symbol" or "error while", or can't be started.
 */
export function loaderComplaint(root: string, path: string): string | undefined {
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
