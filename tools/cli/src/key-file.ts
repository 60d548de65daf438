import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '@moby/model';
import { makeSigningKey, readSigningKey, type SigningKey } from '@moby/trust';

type Environment = Readonly<Record<string, string | undefined>>;

const passphraseVariable = 'MOBY_COMPOSE_KEY_PASSPHRASE';

/** Where one's own key lies if nothing else is said (XDG base directory specification). */
export function keyFile(environment: Environment): string {
  const { XDG_CONFIG_HOME: configured = '' } = environment;
  return join(configured === '' ? join(homedir(), '.config') : configured, 'moby-compose', 'signing-key.pem');
}

/** Throws `not-found`, `io`, `invalid-input`. */
export async function readKeyFile(file: string, environment: Environment): Promise<SigningKey> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (cause) {
    const isMissing = codeOf(cause) === 'ENOENT';
    throw new Failure({
      code: isMissing ? 'not-found' : 'io',
      message: isMissing ? `there is no key \`${file}\`` : `the key \`${file}\` can't be read: ${codeOf(cause)}`,
      hints: isMissing ? ['make one with moby-compose key new'] : [],
      cause,
    });
  }
  return readSigningKey(pem, file, environment[passphraseVariable]);
}

/** A new key in a file that was not there, readable by its owner alone: whole, or not there. Throws `invalid-input`, `no-space`, `io`. */
export async function makeKeyFile(file: string, environment: Environment): Promise<SigningKey> {
  const passphrase = environment[passphraseVariable];
  const pem = makeSigningKey(passphrase);
  const key = readSigningKey(pem, file, passphrase);
  const part = `${file}.${process.pid}.part`;
  try {
    if (file === keyFile(environment)) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(part, pem, { mode: 0o600, flag: 'wx', flush: true });
    // A link never replaces what is there.
    await link(part, file);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new Failure({
        code: 'invalid-input',
        message: `\`${file}\` is there already, and a key is never replaced`,
        hints: ['name another file, or print its public half with moby-compose key show'],
        cause,
      });
    throw new Failure({
      code: codeOf(cause) === 'ENOSPC' ? 'no-space' : 'io',
      message: `the key \`${file}\` can't be written: ${codeOf(cause)}`,
      hints: codeOf(cause) === 'ENOENT' ? [`make the folder ${dirname(file)} first, or name another file`] : [],
      cause,
    });
  } finally {
    await rm(part, { force: true }).catch(() => undefined);
  }
  return key;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
}
