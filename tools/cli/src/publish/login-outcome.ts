import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import { userConfigFile } from '@moby/registry/npm';
import { keepToken, logIn } from '@moby/registry/publish';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { ownScope } from '../registry-places.ts';
import { openPublisher, shownRegistry } from './open-publisher.ts';
import { readPiped, readTyped, type Input } from './read-answer.ts';

export interface LoginOptions {
  readonly registry: string | undefined;
  readonly user: string | undefined;
  readonly input: Input;
  readonly session: Session;
}

const userPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The token goes into the user's own configuration, and nowhere else. */
export async function loginOutcome({ registry, user: named, input, session }: LoginOptions): Promise<Outcome> {
  const { reporter } = session;
  const publisher = await openPublisher(registry === undefined ? [] : [registry], session);
  try {
    const writer = publisher.writerOf(ownScope);
    const where = shownRegistry(writer);
    const user = userOf(named ?? (await askUser({ where, input, session })));
    const password = await askPassword({ user, where, input, session });
    reporter.wait('login', `${where} compares the password`);
    const token = await logIn({ user, password }, writer);
    const file = userConfigFile(homedir(), process.env);
    await keepToken(file, { url: writer.label, token });
    reporter.settle();
    const shown = file === join(homedir(), '.npmrc') ? '~/.npmrc' : file;
    return {
      kind: 'done',
      value: { registry: writer.label, user, file },
      lines: [[`${user} is logged in at ${where}: the token is in ${shown}`]],
    };
  } finally {
    publisher.close();
  }
}

interface Ask {
  readonly where: string;
  readonly input: Input;
  readonly session: Session;
}

async function askUser({ where, input, session: { reporter, signal } }: Ask): Promise<string> {
  if (input.isTTY !== true)
    throw new Failure({ code: 'usage', message: 'nobody is named', hints: ['--username NAME, and the password on stdin'] });
  return readTyped(input, { ask: () => reporter.ask(`user name at ${where}: `), isHidden: false, signal });
}

function userOf(text: string): string {
  if (userPattern.test(text)) return text;
  throw new Failure({
    code: 'usage',
    message: `\`${text.slice(0, 64)}\` is no user's name: letters, digits, \`.\`, \`_\`, \`-\``,
    hints: ['--username NAME'],
  });
}

async function askPassword({ user, where, input, session: { reporter, signal } }: Ask & { readonly user: string }): Promise<string> {
  const isTyped = input.isTTY === true;
  const ask = (): void => reporter.ask(`password of ${user} at ${where}: `);
  const password = isTyped ? await readTyped(input, { ask, isHidden: true, signal }) : await readPiped(input, signal);
  if (password !== '') return password;
  throw new Failure({
    code: 'usage',
    message: isTyped ? 'the password is empty' : 'no password came on stdin',
    hints: ['type it, or let a program write it: pass show registry | moby-compose component login --username NAME'],
  });
}
