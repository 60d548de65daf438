import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectGolden, removeFolder, scratchFolder, temporaryFolder, type CliRun } from '@moby/testkit';
import { afterAll, beforeAll, expect } from 'vitest';
import { passwordOf, prepareRoot, startServer, type Answered, type RunningServer } from '../../registry-server/test/running-server.ts';
import { sharedWorld, transcript, type Visit, type World } from './world.ts';

/** A library, and a registry with a user of each role in a process of its own. */
export interface PublishWorld {
  readonly world: World;
  readonly url: string;
  readonly root: string;
  /** A copy of the library with a home of its own, in which somebody is logged in. */
  visit(user?: string): Promise<Visit>;
  ask(path: string): Promise<Answered>;
  /** Runs, and compares the whole transcript. */
  golden(name: string, exitCode: number, args: readonly string[], place: Visit): Promise<CliRun>;
}

export function sharedPublishWorld(): PublishWorld {
  const world = sharedWorld();
  let server: RunningServer | undefined;
  let root = '';
  const own = (): RunningServer => {
    if (server === undefined) throw new Error('the registry runs while tests do');
    return server;
  };
  beforeAll(async () => {
    root = temporaryFolder();
    server = await startServer(prepareRoot(root));
  }, 60_000);
  afterAll(async () => {
    await server?.kill();
    await removeFolder(root);
  });
  return {
    world,
    get url() {
      return own().url;
    },
    get root() {
      return root;
    },
    ask: (path) => own().ask({ path }),
    visit: async (user) => {
      const place = atHome(world.visit());
      if (user !== undefined) await logIn(place, user, own().url);
      return place;
    },
    golden: async (name, exitCode, args, place) => {
      const run = await place.run(args);
      expectGolden(`${name}.txt`, transcript(args, run, world, place));
      expect(run.exitCode, run.stderr).toBe(exitCode);
      return run;
    },
  };
}

/** The same place with an empty home, and in it nothing of this machine's npm. */
export function atHome(visit: Visit): Visit {
  const home = join(scratchFolder(), 'home');
  mkdirSync(home);
  const env = { ...visit.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
  const hidden = { NPM_CONFIG_USERCONFIG: undefined };
  return { ...visit, env, run: (args, options = {}) => visit.run(args, { ...options, env: { ...env, ...hidden, ...options.env } }) };
}

export async function logIn(place: Visit, user: string, url: string): Promise<void> {
  const run = await place.run(['component', 'login', '--username', user, '--registry', url], { stdin: `${passwordOf(user)}\n` });
  if (run.exitCode !== 0) throw new Error(run.stderr);
}

/** A component's package.json, rewritten. */
export function change(place: Visit, line: string, from: string | RegExp, to: string): void {
  const file = join(place.folder, 'components', line, 'package.json');
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  writeFileSync(file, after);
}
