import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, writeFailure } from '@moby/content';
import { Failure } from '@moby/model';
import { registryAddress } from '../npm/registry-address.ts';

const maxFileBytes = 256 * 1024;

/**
 * Writes a registry's token into npm's configuration of a user, for them alone: all other lines stay as they are, byte for byte. A file that is a
 * link stays one. Throws `limit`, `no-space`, `io`.
 */
export async function keepToken(file: string, { url, token }: { readonly url: string; readonly token: string }): Promise<void> {
  const path = await realpath(file).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return file;
    throw unreadable(file, error);
  });
  const text = withToken(await readText(path), keyOf(url), token);
  const part = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const opened = await open(part, 'wx', 0o600);
    try {
      await opened.writeFile(text, 'latin1');
      await opened.sync();
    } finally {
      await opened.close();
    }
    await rename(part, path);
  } catch (error) {
    throw await writeFailure(error, { path, what: 'the token', sizeBytes: text.length, isWhole: true });
  } finally {
    await rm(part, { force: true }).catch(() => undefined);
  }
}

/** `//host:4873/path/:_authToken`, as npm names it. */
function keyOf(address: string): string {
  const { host, pathname } = new URL(registryAddress(address));
  return `//${host}${pathname}:_authToken`;
}

/** The line of the key replaced where the last of it stood, else a new one: before any section, as npm's files have none. */
function withToken(text: string, key: string, token: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const own = `${key}=${token}`;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const isOwn = (line: string): boolean => /^\s*([^=;#[\s][^=]*?)\s*=/.exec(line)?.[1] === key;
  const last = lines.findLastIndex(isOwn);
  if (last >= 0) {
    const ending = /\r?\n$/.exec(lines[last] ?? '')?.[0] ?? end;
    return lines.flatMap((line, at) => (at === last ? [`${own}${ending}`] : isOwn(line) ? [] : [line])).join('');
  }
  const section = lines.findIndex((line) => /^\s*\[/.test(line));
  const [before, after] = section < 0 ? [lines, []] : [lines.slice(0, section), lines.slice(section)];
  const gap = before.length === 0 || before.at(-1)?.endsWith('\n') === true ? '' : end;
  return [...before, gap, own, end, ...after].join('');
}

/** Bytes as they are: a comment may be in any encoding. */
async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= maxFileBytes) return bytes.toString('latin1');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw unreadable(path, error);
  }
  throw new Failure({ code: 'limit', message: `\`${path}\` has more than ${maxFileBytes} bytes, which is all that is read of it` });
}

function unreadable(path: string, cause: unknown): Failure {
  return new Failure({ code: 'io', message: `\`${path}\` can't be read: ${errorCode(cause) ?? 'unknown error'}`, cause });
}
