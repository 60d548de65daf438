import { execFileSync } from 'node:child_process';

/** git without a word from the machine's or the user's configuration, at a fixed time. */
export function git(folder: string, ...words: readonly string[]): string {
  return gitBytes(folder, words).toString('utf8');
}

export function gitBytes(folder: string, words: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync('git', ['-c', 'init.defaultBranch=main', '-c', 'protocol.file.allow=always', '-c', 'gc.auto=0', ...words], {
    cwd: folder,
    ...(input === undefined ? {} : { input }),
    maxBuffer: 64 * 1024 ** 2,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Ann',
      GIT_AUTHOR_EMAIL: 'ann@example.com',
      GIT_AUTHOR_DATE: '1000000000 +0000',
      GIT_COMMITTER_NAME: 'Ann',
      GIT_COMMITTER_EMAIL: 'ann@example.com',
      GIT_COMMITTER_DATE: '1000000000 +0000',
    },
  });
}
