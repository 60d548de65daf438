/**
 * The rules beside what really happens; as root, on a machine that can download packages:
 *
 *     npm run oracle                   all that CI runs
 *     npm run oracle -- shim insmod    some of them
 *
 * Prints the counts. The exit code is 1 for a disagreement that docs/reference/oracles.md does not name with its reason.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout, temporaryFolder } from '@moby/testkit';
import { engineOwnCheck } from './check-config.ts';
import { modulesInKernels } from './insmod.ts';
import { loaderOfAssemblies } from './loader.ts';
import { loaderOfMixes } from './mixes.ts';
import type { Disagreement, Oracle, OracleResult } from './oracle.ts';
import { openOracleWorld } from './oracle-world.ts';
import { containerdAndShim } from './shim.ts';

const oracles: Readonly<Record<string, Oracle>> = {
  'ld.so': loaderOfAssemblies,
  'ld.so-mixes': loaderOfMixes,
  shim: containerdAndShim,
  insmod: modulesInKernels,
  'check-config': engineOwnCheck,
};
const cheap = ['ld.so', 'shim', 'insmod', 'check-config'];

const page = join(checkout, 'docs/reference/oracles.md');

async function main(names: readonly string[]): Promise<void> {
  const known = knownDisagreements(readFileSync(page, 'utf8'));
  const folder = temporaryFolder();
  const world = openOracleWorld(folder);
  const summary: string[] = [];
  try {
    for (const name of names) {
      const oracle = oracles[name];
      if (oracle === undefined) throw new Error(`there is no oracle \`${name}\`; there are ${Object.keys(oracles).join(', ')}`);
      const begin = performance.now();
      const result = await oracle(world);
      const took = Math.round((performance.now() - begin) / 1000);
      const open = result.disagreements.filter((one) => !known.has(keyOf(result.name, one)));
      tell(result, open, took);
      summary.push(counts(result, open));
      if (open.length > 0) process.exitCode = 1;
    }
  } finally {
    world.close();
    await rm(folder, { recursive: true, force: true });
  }
  say(`oracle: ${summary.join('; ')}`);
}

function tell(result: OracleResult, open: readonly Disagreement[], seconds: number): void {
  say(`${counts(result, open)} (${result.failing} of ${result.compared} ${result.unit} fail, took ${seconds} s)`);
  for (const one of result.disagreements) {
    const mark = open.includes(one) ? one.kind : `known ${one.kind}`;
    say(`  ${mark}: ${one.subject}: ${one.detail}`);
  }
}

function counts({ name, unit, compared, disagreements, notRun }: OracleResult, open: readonly Disagreement[]): string {
  if (notRun !== undefined) return `${name} not run: ${notRun}`;
  const count = (kind: Disagreement['kind']): number => open.filter((one) => one.kind === kind).length;
  const explained = disagreements.length - open.length;
  const named = explained === 0 ? '' : `, ${explained} explained`;
  if (unit === 'programs') return `${name} ${compared} programs, ${count('false alarm')} false alarms, ${count('miss')} misses${named}`;
  const subjects = new Set(open.map(({ subject }) => subject));
  return `${name} ${compared - subjects.size} of ${compared}${named}`;
}

/** The rows of the page's table: `| oracle | kind | subject | reason |`. */
export function knownDisagreements(markdown: string): ReadonlySet<string> {
  const rows = markdown.split('\n').map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const keys = rows.flatMap(([, oracle = '', kind = '', subject = '', reason = '']) =>
    (kind === 'false alarm' || kind === 'miss') && reason !== '' ? [keyOf(oracle, { kind, subject })] : [],
  );
  return new Set(keys);
}

function keyOf(oracle: string, { kind, subject }: Pick<Disagreement, 'kind' | 'subject'>): string {
  return `${oracle} | ${kind} | ${subject}`;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const asked = process.argv.slice(2);
await main(asked.length === 0 ? cheap : asked);
