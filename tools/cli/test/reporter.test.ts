import { expect, test, vi } from 'vitest';
import { openReporter, type Reporter } from '../src/reporter/reporter.ts';
import { finishedStep, formatDuration, goingStep } from '../src/reporter/step-line.ts';
import { plain, written } from './plain.ts';

/** Runs with a clock that stands still until it is moved. */
function told(
  options: { readonly isTTY?: boolean; readonly fleetingSteps?: boolean; readonly json?: boolean },
  body: (reporter: Reporter, pass: (ms: number) => void) => void,
): string {
  vi.useFakeTimers();
  try {
    return written({ columns: 100, ...options }, (terminal) => {
      const reporter = openReporter({
        terminal,
        fleetingSteps: options.fleetingSteps === true,
        json: options.json === true,
        invocation: './moby-compose',
        now: () => Date.now(),
      });
      body(reporter, (ms) => vi.advanceTimersByTime(ms));
      reporter.close();
    });
  } finally {
    vi.useRealTimers();
  }
}

test('in a pipe a short step is one line', () => {
  const text = told({}, (reporter, pass) => {
    reporter.step({ step: 'resolve' });
    pass(11);
    reporter.step({ step: 'resolve', note: '17 components, as locked' });
    reporter.step({ step: 'check', note: '214 edges' });
    pass(28);
    reporter.settle();
  });
  expect(text).toBe(
    [
      '  resolve   17 components, as locked                                     11 ms',
      '  check     214 edges                                                    28 ms',
      '',
    ].join('\n'),
  );
});

test('in a pipe a wait is never silent for longer than a second and a bit', () => {
  const text = told({}, (reporter, pass) => {
    reporter.step({ step: 'fetch', note: '14 packages', done: 0, total: 48_200_000, unit: 'bytes' });
    pass(600);
    reporter.step({ step: 'fetch', done: 11_300_000 });
    pass(1500);
    reporter.step({ step: 'fetch', done: 48_200_000 });
    pass(300);
    reporter.settle();
  });
  expect(text).toBe(
    '  fetch     14 packages  11.3/48.2 MB  11.3 MB/s  4 s left\n' +
      '  fetch     14 packages  11.3/48.2 MB  5.7 MB/s  7 s left\n' +
      '  fetch     14 packages · 48.2 MB at 20.1 MB/s                           2.4 s\n',
  );
});

test('on a terminal the step moves, and its last word stays', () => {
  const text = told({ isTTY: true }, (reporter, pass) => {
    reporter.step({ step: 'build', note: 'kernel' });
    pass(100);
    reporter.step({ step: 'build', note: 'kernel and initrd' });
    pass(100);
    reporter.settle();
  });
  expect(text).toContain('\r\u001b[K  build     kernel  100 ms'.replace('100 ms', '0.1 s'));
  expect(text.endsWith('0.2 s\u001b[22m\n')).toBe(true);
});

test('fleeting steps leave nothing behind on a terminal, and in a pipe only what took long', () => {
  const run = (isTTY: boolean, ms: number): string =>
    told({ isTTY, fleetingSteps: true }, (reporter, pass) => {
      reporter.step({ step: 'check', note: 'x' });
      pass(ms);
      reporter.settle();
    });
  expect(run(false, 900)).toBe('');
  expect(run(false, 1100).split('\n')).toHaveLength(3);
  expect(run(true, 300).endsWith('\r\u001b[K')).toBe(true);
});

test('with --json a pipe hears nothing, but the warnings are kept', () => {
  let kept = 0;
  const text = told({ json: true }, (reporter, pass) => {
    reporter.step({ step: 'fetch' });
    pass(3000);
    reporter.say(['hello']);
    reporter.data(['data']);
    reporter.warn({ severity: 'warning', code: 'source-moved', message: 'm' });
    kept = reporter.warnings.length;
  });
  expect(text).toBe('');
  expect(kept).toBe(1);
});

test('durations are as short as they can be', () => {
  expect([3, 99, 100, 640, 1000, 9940, 9960, 12_345, 59_600, 119_700, 125_000].map(formatDuration)).toEqual([
    '3 ms',
    '99 ms',
    '0.1 s',
    '0.6 s',
    '1 s',
    '9.9 s',
    '10 s',
    '12 s',
    '1 min 0 s',
    '2 min 0 s',
    '2 min 5 s',
  ]);
});

test('a step that counts things shows no bytes, and no bar where it has no room', () => {
  const state = { step: 'update', note: 'redis/8.0', done: 3, total: 12, unit: 'items', elapsedMs: 900, rate: undefined } as const;
  expect(plain([goingStep(state, 79)])).toBe('  update    redis/8.0  3/12\n');
  expect(plain([goingStep(state, 80)])).toBe('  update    redis/8.0  █████░░░░░░░░░░░░░░░  3/12\n');
});

test('a finished download says how much and how fast', () => {
  const state = {
    step: 'fetch',
    note: '14 packages',
    done: 48_200_000,
    total: 48_200_000,
    unit: 'bytes',
    elapsedMs: 4300,
    rate: 11_300_000,
  } as const;
  expect(plain([finishedStep(state)])).toMatch(/^ {2}fetch {5}14 packages · 48.2 MB at 11.3 MB\/s +4.3 s\n$/);
});

test('a step that comes again after another one goes on, and is told once', () => {
  const text = told({}, (reporter, pass) => {
    reporter.step({ step: 'fetch' });
    reporter.step({ step: 'fetch', done: 0, total: 1_000_000, unit: 'bytes' });
    pass(600);
    reporter.step({ step: 'fetch', done: 1_000_000 });
    reporter.step({ step: 'derive', done: 0, total: 2, unit: 'items', note: 'linux' });
    pass(100);
    reporter.step({ step: 'derive', done: 1, total: 2, unit: 'items', note: 'redis' });
    pass(100);
    reporter.step({ step: 'fetch', done: 3, total: 3, unit: 'items', note: '3 of 3 packages downloaded' });
    reporter.settle();
  });
  expect(text).toBe(
    [
      '  derive    2 payloads                                                   0.2 s',
      '  fetch     3 of 3 packages downloaded · 1.0 MB at 1.7 MB/s              0.6 s',
      '',
    ].join('\n'),
  );
});

test('what was waited for leaves nothing behind, in a pipe no more than the lines that say it goes on', () => {
  const run = (isTTY: boolean): string =>
    told({ isTTY, fleetingSteps: true }, (reporter, pass) => {
      reporter.wait('boot', 'waiting for the services');
      pass(1500);
      reporter.settle();
      reporter.say(['ready']);
    });
  expect(run(true).endsWith('\r\u001b[Kready\n')).toBe(true);
  expect(run(false)).toBe('  boot      waiting for the services  1 s\nready\n');
});
