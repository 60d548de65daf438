import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure, type Platform } from '@moby/model';
import { machineKindOf } from './machine-kind.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Qemu {
  /** Absolute path of the program for the platform's architecture. */
  readonly path: string;
  /** As it says itself: `7.2.22`. */
  readonly version: string;
}

/** The oldest version that these machines were run with. */
export const leastQemuVersion = '7.2';
const versionLimitMs = 10_000;

/** Looks along `env.PATH`. Throws `Failure` `qemu-missing` where there is none, or one that is too old. */
export async function findQemu(platform: Platform, env: Environment): Promise<Qemu> {
  const { program } = machineKindOf(platform);
  const path = await findProgram(program, env);
  if (path === undefined) {
    throw new Failure({
      code: 'qemu-missing',
      message: `\`${program}\` is not on the PATH, and it is what emulates ${platform}`,
      hints: await installHints(platform, env),
    });
  }
  const version = await versionOf(path, env);
  if (compareDotted(version, leastQemuVersion) < 0) {
    throw new Failure({
      code: 'qemu-missing',
      message: `\`${path}\` is QEMU ${version}, and ${leastQemuVersion} is the oldest that is known to work`,
      hints: await installHints(platform, env),
    });
  }
  return { path, version };
}

/** The first executable of that name along `env.PATH`. */
export async function findProgram(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

async function versionOf(path: string, env: Environment): Promise<string> {
  const run = promisify(execFile);
  const said = await run(path, ['--version'], { timeout: versionLimitMs, maxBuffer: 64 * 1024, env: { ...env } }).then(
    ({ stdout }) => stdout,
    (cause: unknown) => {
      throw new Failure({
        code: 'qemu-missing',
        message: `\`${path} --version\` fails or does not end within ${versionLimitMs / 1000} s`,
        cause,
      });
    },
  );
  const match = /version (\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)/.exec(said);
  if (match?.[1] === undefined) throw new Failure({ code: 'qemu-missing', message: `\`${path} --version\` does not say its version` });
  return match[1];
}

/** The command for the package manager that is there; all of them where none is known. */
async function installHints(platform: Platform, env: Environment): Promise<readonly string[]> {
  const { packages } = machineKindOf(platform);
  const commands = [
    { manager: 'apt-get', command: `sudo apt-get install --no-install-recommends ${packages.apt}` },
    { manager: 'dnf', command: `sudo dnf install ${packages.dnf}` },
    { manager: 'pacman', command: `sudo pacman -S ${packages.pacman}` },
    { manager: 'zypper', command: `sudo zypper install ${packages.zypper}` },
    { manager: 'brew', command: 'brew install qemu' },
  ];
  const there = await Promise.all(commands.map(async ({ manager }) => (await findProgram(manager, env)) !== undefined));
  const fitting = commands.filter((_, index) => there[index] === true);
  return (fitting.length > 0 ? fitting : commands).map(({ command }) => command);
}

function compareDotted(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
