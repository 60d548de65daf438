import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

const timeoutMs = 5000;
const maxLength = 100;

/** git's `user.name` as it counts in a folder; undefined where there is none, or no git. */
export function gitUser(folder: string): Promise<string | undefined> {
  return gitSetting(folder, 'user.name');
}

/** git's `user.name` and `user.email`; undefined where one of them is missing. */
export async function gitPerson(folder: string): Promise<{ readonly name: string; readonly email: string } | undefined> {
  const name = await gitSetting(folder, 'user.name');
  const email = await gitSetting(folder, 'user.email');
  return name === undefined || email === undefined ? undefined : { name, email };
}

function gitSetting(folder: string, key: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const cwd = existsSync(folder) ? folder : process.cwd();
    execFile('git', ['config', '--get', key], { cwd, timeout: timeoutMs }, (error, stdout) => {
      const value = stdout.trim();
      resolve(error !== null || value === '' || value.length > maxLength ? undefined : value);
    });
  });
}
