import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

const timeoutMs = 5000;
const maxLength = 100;

/** git's `user.name` as it counts in a folder; undefined where there is none, or no git. */
export function gitUser(folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const cwd = existsSync(folder) ? folder : process.cwd();
    execFile('git', ['config', '--get', 'user.name'], { cwd, timeout: timeoutMs }, (error, stdout) => {
      const name = stdout.trim();
      resolve(error !== null || name === '' || name.length > maxLength ? undefined : name);
    });
  });
}
