import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { type Figure, more, ms } from './figure.ts';
import { interleaved, measure, median } from './measure.ts';

const program = join(checkout, 'tools/cli/bin/run.js');
const checkRounds = 15;
const checkMostMs = 150;

const anewRounds = 7;
const refusalMostMs = 1000;
const check = ['check', 'moby-origin'];
const refusal = ['assemble', 'containerd-os', '--replace', 'containerd-shim-runc=containerd-shim-runc@~2.1', '--offline'];

/**
 * A check that nothing has changed for, one that is judged anew, and a combination that is refused: whole commands beside the
 * program's start, and a store in which there is no package.
 */
export async function verdictTimes(folder: string): Promise<readonly Figure[]> {
  const cache = join(folder, 'verdicts');
  const timed = async (args: readonly string[], expected = 0): Promise<number> =>
    (await measure([program, ...args], { cwd: checkout, folder, env: { XDG_CACHE_HOME: cache }, expected })).wallMs;
  const forget = (): void => rmSync(join(cache, 'moby-compose/memory'), { recursive: true, force: true });
  const help = (): Promise<number> => timed(['--help']);
  await help();
  await timed(check);
  const again = await interleaved(checkRounds, () => timed(check), help);
  const anew = await interleaved(
    anewRounds,
    () => {
      forget();
      return timed(check);
    },
    help,
  );
  const refused = await interleaved(anewRounds, () => timed(refusal, 1), help);
  return [
    row('check of moby-origin, again', again, checkMostMs),
    row('check of moby-origin, anew', anew),
    row('refusal of a shim that does not fit', refused, refusalMostMs),
  ];
}

function row(what: string, { a, b }: { readonly a: readonly number[]; readonly b: readonly number[] }, most?: number): Figure {
  const [ours, start] = [median(a), median(b)];
  return {
    what: `${what} (n=${a.length})`,
    ours: ms(ours),
    against: `${ms(start)} --help`,
    result: more(ours, start),
    ...(most === undefined ? { goal: '' } : { goal: `at most ${ms(most)}`, passed: ours <= most }),
  };
}
