import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { type Figure, mb, ms, ratio } from '../figure.ts';
import { measure, median, type Usage } from '../measure.ts';
import { changes, counts, git, makeLibrary } from './make-library.ts';

const rounds = 3;
const coldMostMs = 3000;
const warmMostMs = 1000;

/**
 * Pull requests to a large library, collected and judged: in a process that has just begun, once more in the same process, and by the whole
 * command, with Node's start and the loading of the program.
 */
export async function reviewFigures(folder: string): Promise<readonly Figure[]> {
  const library = join(folder, 'library');
  await makeLibrary(library);
  const figures: Figure[] = [];
  for (const head of Object.keys(changes)) figures.push(...(await figuresOf(head, { folder, library })));
  return figures;
}

interface Places {
  readonly folder: string;
  readonly library: string;
}

/** Of one process, in which the same is reviewed twice. */
interface Times {
  readonly cold: number;
  readonly warm: number;
  readonly peakBytes: number;
}

async function figuresOf(head: string, places: Places): Promise<readonly Figure[]> {
  const first = await reviewTwice(head, places);
  const twice: Times[] = [];
  const commands: Usage[] = [];
  const diffs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    twice.push(await reviewTwice(head, places));
    const began = performance.now();
    await git(places.library, ['diff', '--raw', 'main', head]);
    diffs.push(performance.now() - began);
    commands.push(await reviewByCommand(head, places));
  }
  const diff = median(diffs);
  const name = `review, ${head.replace('-', ' ')} of ${counts.components} components`;
  const row = (what: string, value: number, most?: number): Figure => ({
    what: `${name}, ${what}`,
    ours: ms(value),
    against: `${ms(diff)} git diff --raw`,
    result: ratio(value, diff),
    ...(most === undefined ? { goal: '' } : { goal: `at most ${ms(most)}`, passed: value <= most }),
  });
  const memory = (what: string, runs: readonly { readonly peakBytes: number }[]): Figure => {
    const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
    return { what: `${name}, peak memory ${what}`, ours: mb(peak), against: '', result: '', goal: '' };
  };
  return [
    row('in process, no index yet', first.cold),
    row(`in process, cold (n=${rounds})`, median(twice.map(({ cold }) => cold)), coldMostMs),
    row(`in process, warm (n=${rounds})`, median(twice.map(({ warm }) => warm)), warmMostMs),
    row(`whole command (n=${rounds})`, median(commands.map(({ wallMs }) => wallMs)), coldMostMs),
    memory('with no index yet', [first]),
    memory('of two reviews', twice),
    memory('of the command', commands),
  ];
}

async function reviewTwice(head: string, places: Places): Promise<Times> {
  const { folder, library } = places;
  const times = join(folder, 'times.json');
  const script = join(import.meta.dirname, 'review-twice.ts');
  const index = join(cacheOf(head, places), 'moby-compose/review');
  const { peakBytes } = await measure(['-C', 'source', script, library, head, index, times], { cwd: folder, folder });
  return { ...JSON.parse(readFileSync(times, 'utf8')), peakBytes };
}

/** With the index that `reviewTwice` has left. The changes leave the locks as they were, so that the verdict is `fail`: exit code 1. */
function reviewByCommand(head: string, places: Places): Promise<Usage> {
  const { folder, library } = places;
  const words = ['review', '--repo', library, '--base', 'main', '--head', head, '--json'];
  const env = { XDG_CACHE_HOME: cacheOf(head, places) };
  return measure([join(checkout, 'tools/cli/bin/run.js'), ...words], { cwd: folder, folder, env, expected: 1 });
}

function cacheOf(head: string, { folder }: Places): string {
  return join(folder, `cache-${head}`);
}
