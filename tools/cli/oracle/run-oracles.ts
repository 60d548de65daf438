/**
 * The rules beside what really happens; as root, on a machine that can download packages:
 *
 *     npm run oracle                   those that CI runs
 *     npm run oracle -- shim insmod    these
 *     npm run oracle -- --all          all that there are
 *     npm run oracle -- --required     one that can't run here is a failure
 *
 * Prints the counts. The exit code is 1 for a disagreement that docs/reference/oracles.md does not name with its reason, and for one
 * that it names and that is none.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, temporaryFolder } from '@moby/testkit';
import { judgeResult, knownDisagreements } from './judge-result.ts';
import { openOracleWorld } from './oracle-world.ts';
import { oracles } from './oracles.ts';

const page = join(checkout, 'docs/reference/oracles.md');

async function main(names: readonly string[], mustRun: boolean): Promise<void> {
  const unknown = names.find((name) => oracles[name] === undefined);
  if (unknown !== undefined) throw new Error(`there is no oracle \`${unknown}\`; there are ${Object.keys(oracles).join(', ')}`);
  const known = knownDisagreements(readFileSync(page, 'utf8'));
  const folder = temporaryFolder();
  const world = openOracleWorld(folder);
  const summary: string[] = [];
  try {
    for (const name of names) {
      const begin = performance.now();
      const result = await oracles[name]?.run(world);
      if (result === undefined) continue;
      const { lines, counts, isGood } = judgeResult(name, result, { known, mustRun });
      const seconds = Math.round((performance.now() - begin) / 1000);
      for (const line of lines) say(line);
      say(`  took ${seconds} s`);
      summary.push(counts);
      if (!isGood) process.exitCode = 1;
    }
  } finally {
    world.close();
    await rm(folder, { recursive: true, force: true });
  }
  say(`oracle: ${summary.join('; ')}`);
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, required: { type: 'boolean', default: false } },
});
const listed = Object.keys(oracles).filter((name) => values.all || oracles[name]?.isInCi === true);
await main(positionals.length === 0 ? listed : positionals, values.required);
