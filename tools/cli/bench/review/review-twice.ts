/** Reviews a pull request, and reviews it again in the same process: FOLDER HEAD CACHE TIMES. What both took is written to TIMES. */
import { writeFileSync } from 'node:fs';
import { review } from '@moby/governor/review';

const [folder = '', head = '', cacheFolder = '', times = ''] = process.argv.slice(2);

async function once(): Promise<number> {
  const began = performance.now();
  await review({ folder, base: 'main', head, cacheFolder });
  return performance.now() - began;
}

const cold = await once();
writeFileSync(times, JSON.stringify({ cold, warm: await once() }));
