import type { Answer, Write, Writes } from '../gate/gate.ts';
import type { HeldBytes } from '../gate/hold-bytes.ts';
import { mayDo } from '../gate/identity.ts';
import type { LoginGuard } from '../gate/login-guard.ts';
import { announcedBytes, readBody } from '../gate/read-body.ts';
import { Refusal } from '../gate/refusal.ts';
import type { TakeTurns } from '../gate/take-turns.ts';
import type { UsersFile } from '../gate/users-file.ts';
import type { WriteRate } from '../gate/write-rate.ts';
import type { FindOwners } from '../owners/find-owners.ts';
import type { Judge } from '../publish/judge.ts';
import { bringsBytes } from '../publish/publish-body.ts';
import type { Accounts } from '../server/accounts.ts';
import type { Log } from '../server/log.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import type { Store } from '../storage/write-package.ts';
import { memberOf } from '../storage/json-object.ts';
import { changeOwners } from './change-owners.ts';
import { deprecate } from './deprecate.ts';
import { login } from './login.ts';
import { promote } from './promote.ts';
import { publish } from './publish.ts';
import { changeTag } from './tag.ts';

/** What the writes work with. */
export interface WriteWorld {
  readonly settings: RegistrySettings;
  readonly store: Store;
  readonly users: UsersFile;
  readonly accounts: Accounts;
  readonly loginGuard: LoginGuard;
  readonly writeRate: WriteRate;
  /** By a package's canonical name: whatever changes it. */
  readonly turns: TakeTurns;
  readonly bodies: HeldBytes;
  readonly judge: Judge;
  readonly findOwners: FindOwners;
  /** Names that are being published for the first time, in the order in which that began. */
  readonly newNames: Set<string>;
  /** A package is there for the first time. */
  readonly onNewPackage: (name: string) => Promise<void>;
  /** The address that a request comes from. */
  readonly addressOf: (write: Write) => string;
  readonly log: Log;
}

/** Bodies of requests that say little. */
const smallBodyBytes = 16 * 1024;

/** Carries out each write, or refuses it. Who may do what is asked before anything of the body is read. */
export function openWrites(world: WriteWorld): Writes {
  return {
    handle: async (write) => {
      const { route } = write;
      switch (route.kind) {
        case 'login':
          return login(world, { ...write, route }, await body(world, write, smallBodyBytes));
        case 'logout':
          return { status: 200, body: { ok: 'logged out' } };
        case 'unpublish':
          mayDo(write.identity, 'publish');
          throw neverUnpublished();
        case 'revision':
          return revision(world, { ...write, route });
        case 'document':
          return document(world, { ...write, route });
        case 'tag':
          mayDo(write.identity, 'tag');
          world.writeRate(write.identity.name);
          return changeTag(world, { ...write, route }, route.remove ? undefined : await body(world, write, smallBodyBytes));
        case 'promote':
          mayDo(write.identity, 'promote');
          world.writeRate(write.identity.name);
          return promote(world, { ...write, route }, await body(world, write, smallBodyBytes));
      }
    },
  };
}

async function document(world: WriteWorld, write: Write<{ readonly kind: 'document'; readonly name: string }>): Promise<Answer> {
  mayDo(write.identity, 'publish');
  world.writeRate(write.identity.name);
  const { publishBytes, idleMs } = world.settings.limits;
  const release = await hold(world, write, write.identity.name);
  try {
    const sent = await readBody(write.request, { maxBytes: publishBytes, idleMs });
    if (bringsBytes(sent)) return await publish(world, write, sent);
    if (memberOf(sent, 'versions') === undefined && memberOf(sent, 'users') !== undefined) {
      throw new Refusal({ code: 'MOBY-D410', message: 'components are not starred here' });
    }
    mayDo(write.identity, 'deprecate');
    return await deprecate(world, write, sent);
  } finally {
    release();
  }
}

/** `PUT …/-rev/…`: stock clients change owners by it, and unpublish a version, which is refused with what to do instead. */
async function revision(world: WriteWorld, write: Write<{ readonly kind: 'revision'; readonly name: string }>): Promise<Answer> {
  mayDo(write.identity, 'publish');
  world.writeRate(write.identity.name);
  const { publishBytes } = world.settings.limits;
  const release = await hold(world, write, write.identity.name);
  try {
    const sent = await body(world, write, publishBytes);
    if (memberOf(sent, 'versions') !== undefined) throw neverUnpublished();
    return await changeOwners(world, write, sent);
  } finally {
    release();
  }
}

function hold({ bodies, settings }: WriteWorld, { request, signal }: Write, owner: string): Promise<() => void> {
  return bodies.hold({ owner, bytes: announcedBytes(request, settings.limits.publishBytes), signal });
}

function neverUnpublished(): Refusal {
  return new Refusal({
    code: 'MOBY-D406',
    message: 'nothing is unpublished, as locks count on it; take a version out of use: npm deprecate NAME@VERSION "[yanked] why"',
  });
}

function body({ settings }: WriteWorld, { request }: Write, maxBytes: number): Promise<unknown> {
  return readBody(request, { maxBytes, idleMs: settings.limits.idleMs });
}
