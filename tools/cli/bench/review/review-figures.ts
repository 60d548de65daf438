import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, mb, ms, ratio } from '../figure.ts';
import { measure, median } from '../measure.ts';
import { changes, counts, git, makeLibrary } from './make-library.ts';

const rounds = 3;
const coldMostMs = 3000;
const warmMostMs = 1000;

/** A pull request to a large library: collected and judged by a process that has just begun, and once more by the same. */
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

interface Times {
  readonly cold: number;
  readonly warm: number;
  readonly peakBytes: number;
}

async function figuresOf(head: string, places: Places): Promise<readonly Figure[]> {
  const first = await reviewTwice(head, places);
  const ours: Times[] = [];
  const diffs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await reviewTwice(head, places));
    const began = performance.now();
    await git(places.library, ['diff', '--raw', 'main', head]);
    diffs.push(performance.now() - began);
  }
  const diff = median(diffs);
  const size = `${counts.components} components`;
  const row = (what: string, value: number, most?: number): Figure => ({
    what: `review, ${head.replace('-', ' ')} of ${size}, ${what}`,
    ours: ms(value),
    against: `${ms(diff)} git diff --raw`,
    result: ratio(value, diff),
    ...(most === undefined ? { goal: '' } : { goal: `at most ${ms(most)}`, passed: value <= most }),
  });
  return [
    row('no index yet', first.cold),
    row(`cold (n=${rounds})`, median(ours.map(({ cold }) => cold)), coldMostMs),
    row('warm', median(ours.map(({ warm }) => warm)), warmMostMs),
    {
      what: `review, ${head.replace('-', ' ')} of ${size}, memory`,
      ours: mb(Math.max(...ours.map(({ peakBytes }) => peakBytes))),
      against: '',
      result: '',
      goal: '',
    },
  ];
}

async function reviewTwice(head: string, { folder, library }: Places): Promise<Times> {
  const times = join(folder, 'times.json');
  const script = join(import.meta.dirname, 'review-twice.ts');
  const { peakBytes } = await measure(['-C', 'source', script, library, head, join(folder, `index-${head}`), times], {
    cwd: folder,
    folder,
  });
  return { ...JSON.parse(readFileSync(times, 'utf8')), peakBytes };
}
