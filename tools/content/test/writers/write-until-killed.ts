/** Writes blobs into the store given as argument until somebody kills it; tells each finished digest on stdout. */
import { openContentStore } from '../../src/store/open-content-store.ts';

const store = openContentStore(process.argv[2] ?? '');
for (let number = 0; ; number += 1) {
  const bytes = Buffer.alloc(300_000 + (number % 7) * 100_000, `${process.argv[3] ?? ''} ${number} `);
  const { digest } = await store.write(bytes);
  await store.remember('test', `${number % 3}`, { digest });
  process.stdout.write(`${digest}\n`);
}
