import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '@moby/testkit';
import { checkStorage } from '../../src/storage/open-storage.ts';
import { NotServing, prepareRoot, startServer, type RunningServer } from '../running-server.ts';
import { Ledger } from './ledger.ts';
import { runLane } from './lane.ts';

export interface KillOptions {
  readonly root: string;
  readonly seed: number;
  readonly kills: number;
}

export interface KillReport {
  /** Writes that were answered, and those whose answer never came. */
  readonly acknowledged: number;
  readonly unanswered: number;
  /** Kinds of what starts found and mended, each with how often. */
  readonly mended: Readonly<Record<string, number>>;
}

const lanes = 6;
/** Long enough for some tens of writes on a slow disk, short enough that the first one is hit too. */
const maxServingMs = 250;
const maxStartingMs = 1500;
const startsKilledPercent = 15;
const limits = 'limits: { writesBurst: 1000000, writesPerMinute: 1000000 }\n';

/**
 * Kills a registry that is being written to, again and again, at moments that the seed gives, while it starts too. After each
 * kill everything that was acknowledged must be there as it was sent, and what wasn't must be there whole or not at all.
 * Throws what is not so, with the seed and the moments of all kills.
 */
export async function killRounds({ root, seed, kills }: KillOptions): Promise<KillReport> {
  const dice = new Dice(seed);
  const moments: string[] = [];
  const ledger = new Ledger();
  const options = prepareRoot(root, limits);
  let running: ChildProcess | undefined;
  const onSpawn = (child: ChildProcess): void => void (running = child);
  const mended: Record<string, number> = {};
  let token = '';
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      if (dice.chance(startsKilledPercent)) {
        const afterMs = dice.roll(maxStartingMs);
        moments.push(`start+${afterMs}`);
        await killStart(options, afterMs, onSpawn);
        continue;
      }
      const server = await startServer(options, { onSpawn });
      for (const { kind } of server.ready['findings']) mended[kind] = (mended[kind] ?? 0) + 1;
      await ledger.compare(server, { everyByte: false });
      if (token === '') token = await server.login('stella');
      const afterMs = dice.roll(maxServingMs);
      moments.push(`${afterMs}`);
      const works = Array.from({ length: lanes }, (_, lane) =>
        runLane(server, { ledger, token, dice: new Dice(seed * 1009 + kill * 31 + lane), lane }),
      );
      await sleep(afterMs);
      await server.kill();
      await Promise.all(works);
    }
    const server = await startServer(options, { onSpawn });
    await ledger.compare(server, { everyByte: true });
    await server.stop();
    const { findings } = await checkStorage(root, { repair: false, now: () => new Date() });
    if (findings.length > 0) throw new Error(`the storage is not in order: ${JSON.stringify(findings)}`);
  } catch (error) {
    throw new Error(
      `seed ${seed}, kill ${moments.length}: ${error instanceof Error ? error.message : String(error)}\nkilled after ms: ${moments.join(' ')}`,
      { cause: error },
    );
  } finally {
    running?.kill('SIGKILL');
  }
  return { ...ledger.counts, mended };
}

async function killStart(
  options: Parameters<typeof startServer>[0],
  afterMs: number,
  onSpawn: (child: ChildProcess) => void,
): Promise<void> {
  let child: ChildProcess | undefined;
  const starting = startServer(options, {
    onSpawn: (spawned) => {
      onSpawn(spawned);
      child = spawned;
    },
  }).then(
    (server): RunningServer => server,
    (error: unknown) => {
      // It ended before its port was open, as it was killed.
      if (error instanceof NotServing && error.exitCode === null) return undefined;
      throw error;
    },
  );
  await sleep(afterMs);
  child?.kill('SIGKILL');
  await (await starting)?.kill();
}
