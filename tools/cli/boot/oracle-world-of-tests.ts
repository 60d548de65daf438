import { removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll } from 'vitest';
import { openOracleWorld, type OracleWorld } from '../oracle/oracle-world.ts';

/** A world for the tests of the block that it is called in: opened before the first of them, closed and removed after the last. */
export function oracleWorldOfTests(): () => OracleWorld {
  const folder = temporaryFolder();
  let world: OracleWorld | undefined;
  beforeAll(() => {
    world = openOracleWorld(folder);
  });
  afterAll(async () => {
    world?.close();
    await removeFolder(folder);
  });
  return () => {
    if (world === undefined) throw new Error('the world is opened before the first test');
    return world;
  };
}
