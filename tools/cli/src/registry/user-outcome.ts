import { resolve } from 'node:path';
import { Failure } from '@moby/model';
import {
  addUser,
  changePassword,
  changeRole,
  defaultStorage,
  judgeName,
  judgePassword,
  listUsers,
  removeUser,
  roles,
  type RegistryUser,
  type Role,
} from '@moby/registry-server';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { readPiped, readTyped, type Input } from '../publish/read-answer.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { readConfiguration } from './read-configuration.ts';

export interface UserFlags {
  readonly storage?: string | undefined;
  readonly config?: string | undefined;
}

/** A registry's folder, and who has a role by its configuration. */
interface Place {
  readonly root: string;
  readonly config: string | undefined;
  readonly configured: ReadonlyMap<string, Role>;
}

export interface UserOptions {
  readonly name: string;
  readonly flags: UserFlags;
  readonly session: Session;
}

const takenUp = 'a server that runs knows it at once';

export async function addOutcome(role: Role, input: Input, options: UserOptions): Promise<Outcome> {
  const { name, session } = options;
  return at(options.flags, async (place) => {
    judgeName(name);
    mustDecide(name, place, role);
    const { root } = place;
    await addUser(root, { name, role, password: await newPassword(name, input, session) });
    return {
      kind: 'done',
      value: { storage: root, user: name, role },
      lines: [[bold(name), ` is a ${role} of the registry in ${root}`]],
      next: [[`${takenUp}; log in: moby-compose component login --username ${name} --registry URL`]],
    };
  });
}

export async function passwordOutcome(input: Input, { name, flags, session }: UserOptions): Promise<Outcome> {
  return at(flags, async ({ root }) => {
    await changePassword(root, { name, password: await newPassword(name, input, session) });
    return {
      kind: 'done',
      value: { storage: root, user: name },
      lines: [[bold(name), ' has a new password; the tokens that were got with the old one are no longer good']],
      next: [[takenUp]],
    };
  });
}

export async function roleOutcome(text: string, { name, flags }: UserOptions): Promise<Outcome> {
  const role = roles.find((each) => each === text);
  if (role === undefined)
    throw new Failure({ code: 'usage', message: `\`${text.slice(0, 64)}\` is no role`, hints: [`one of ${roles.join(', ')}`] });
  return at(flags, async (place) => {
    mustDecide(name, place, role);
    await changeRole(place.root, { name, role });
    return {
      kind: 'done',
      value: { storage: place.root, user: name, role },
      lines: [[bold(name), ` is a ${role}`]],
      next: [[takenUp]],
    };
  });
}

export async function removeOutcome({ name, flags }: UserOptions): Promise<Outcome> {
  return at(flags, async ({ root }) => {
    await removeUser(root, name);
    return {
      kind: 'done',
      value: { storage: root, user: name },
      lines: [[bold(name), ' is no user any more; the tokens are no longer good']],
      next: [[`${takenUp}; what ${name} published stays`]],
    };
  });
}

export async function listOutcome(flags: UserFlags): Promise<Outcome> {
  return at(flags, async ({ root, config, configured }) => {
    const users = listUsers(root).map((user) => ({ ...user, role: configured.get(user.name) ?? user.role }));
    const without = [...configured].filter(([name]) => !users.some((user) => user.name === name));
    return {
      kind: 'done',
      value: { storage: root, users },
      lines: users.length === 0 ? [[`no users in ${root}`]] : table(users.map(rowOf), { indent: '' }),
      next:
        users.length === 0
          ? [['make one: moby-compose registry user add NAME']]
          : without.map(([name, role]): Line => [
              `${name} is a ${role} by ${config ?? ''}, and has no password: registry user add ${name}`,
            ]),
    };

    function rowOf({ name, role }: RegistryUser): readonly Line[] {
      return [[name], configured.has(name) ? [role, dim(` · by ${config ?? ''}`)] : [role]];
    }
  });
}

async function at(flags: UserFlags, work: (place: Place) => Promise<Outcome>): Promise<Outcome> {
  const configuration = await readConfiguration(flags.config);
  if (!configuration.ok) return refusedBy(configuration.findings);
  const { settings, storage } = configuration.value;
  return work({
    root: resolve(flags.storage ?? storage ?? defaultStorage(process.env)),
    config: flags.config,
    configured: settings.roles,
  });
}

/** A role in the users file that the configuration overrides would say one thing and do another. */
function mustDecide(name: string, { config, configured }: Place, role: Role): void {
  const said = configured.get(name);
  if (said === undefined || said === role) return;
  throw new Failure({
    code: 'invalid-input',
    message: `\`${name}\` is a ${said} by \`${config ?? ''}\`, which counts before the users file`,
    hints: [`change it there: \`${name}: ${role}\` below \`users\``],
  });
}

/** Typed twice, as nobody sees it; or all that a pipe brings. */
async function newPassword(name: string, input: Input, { reporter, signal }: Session): Promise<string> {
  if (input.isTTY !== true) {
    const piped = await readPiped(input, signal);
    if (piped !== '') judgePassword(piped);
    else
      throw new Failure({
        code: 'usage',
        message: 'no password came on stdin',
        hints: [`let a program write it: pass show registry | moby-compose registry user add ${name}`],
      });
    return piped;
  }
  const ask = (question: string): Promise<string> => readTyped(input, { ask: () => reporter.ask(question), isHidden: true, signal });
  const first = await ask(`password for ${name}: `);
  judgePassword(first);
  if ((await ask('once more: ')) !== first)
    throw new Failure({ code: 'usage', message: 'the two passwords differ', hints: ['type it twice'] });
  reporter.settle();
  return first;
}
