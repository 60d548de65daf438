import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { NoAnswer, openProcess, type BesideProcess, type ProcessOptions } from '../src/process/open-process.ts';

const entry = fileURLToPath(new URL('process-entry.ts', import.meta.url));

function open(options: Partial<ProcessOptions> = {}): BesideProcess {
  const beside = openProcess({ entry, heapMegabytes: 64, maxMs: 60_000, questions: 'one', maxWaiting: 10, ...options });
  onTestFinished(() => beside.close());
  return beside;
}

const asked = (beside: BesideProcess, deed: string): Promise<unknown> =>
  beside.ask({ deed }).catch((error: unknown) => (error instanceof NoAnswer ? `${error.why}: ${error.message.split('\n')[0]}` : error));

test('a process is told what it has to know, answers, and says so by itself', async () => {
  const news: unknown[] = [];
  const beside = open({ greeting: { news: 'welcome' }, onNews: (one) => news.push(one) });
  beside.tell({ news: 'nobody is there' });
  const first = await asked(beside, 'count');
  expect(first).toMatchObject({ greeted: 1 });
  beside.tell({ news: 'more' });
  expect(await asked(beside, 'count')).toEqual({ ...Object(first), greeted: 2 });
  expect(news).toEqual([{ heard: 'welcome' }, { heard: 'more' }]);
});

test('what it throws, its end, too little memory and too long a time are no answers, and the next one answers', async () => {
  const ends: string[] = [];
  const beside = open({ onEnd: (why) => ends.push(why) });
  expect(await asked(beside, 'throw')).toBe('failed: Error: it can’t be done');
  expect(await Promise.all(['exit', 'count'].map((deed) => asked(beside, deed)))).toEqual(['ended: it ended early (7)', expect.anything()]);
  expect(await asked(beside, 'grow')).toMatch(/^ended: it ended early \((SIGABRT|SIGTRAP|SIGKILL|134)\)$/);
  expect(ends).toHaveLength(2);
  const hasty = open({ maxMs: 1 });
  expect(await Promise.all([asked(hasty, 'count'), asked(hasty, 'count')])).toEqual([
    'late: it took longer than 0.001 s',
    'late: it took longer than 0.001 s',
  ]);
});

test('who comes when too many wait, when it is closed, or while it rests, is told so', async () => {
  const full = open({ maxWaiting: 1 });
  const waiting = asked(full, 'wait');
  expect(await asked(full, 'count')).toBe('busy: too many wait for it');
  full.close();
  expect(await waiting).toBe('ended: the server is stopping');
  expect(await asked(full, 'count')).toBe('busy: it is not running');
  let now = 0;
  const resting = open({ pauseMs: 1000, now: () => now });
  expect(await asked(resting, 'exit')).toBe('ended: it ended early (7)');
  expect(await asked(resting, 'count')).toBe('busy: it is not running');
  now = 1000;
  expect(await asked(resting, 'count')).toMatchObject({ greeted: 0 });
});

test('questions at once are answered at once, and a late one takes nobody along', async () => {
  const beside = open({ questions: 'many', maxMs: 3000 });
  const late = asked(beside, 'wait');
  const first = await asked(beside, 'count');
  expect(await late).toBe('late: it took longer than 3 s');
  expect(await asked(beside, 'count')).toEqual(first);
});
