import { makeStateLineReader, parseStateLine, type StateLine } from '@moby/machine';
import { describe, expect, test } from 'vitest';

function words(line: StateLine | undefined): string | undefined {
  return line === undefined ? undefined : [line.uptimeSeconds, line.subject, line.name, line.event, line.detail].join('|');
}

describe('a state line', () => {
  test.each([
    ['moby: 1.42 init start', '1.42|init||start|'],
    ['moby: 1.60 init containers 3', '1.6|init||containers|3'],
    ['moby: 1.9 onboot dhcp-wait done', '1.9|onboot|dhcp-wait|done|'],
    ['moby: 1.9 onboot 000-sysctl failed 7', '1.9|onboot|000-sysctl|failed|7'],
    ['moby: 2.3 service redis-7 started 1', '2.3|service|redis-7|started|1'],
    ['moby: 3.4 service redis backoff 2', '3.4|service|redis|backoff|2'],
    ['moby: 12345.67 onshutdown flush done', '12345.67|onshutdown|flush|done|'],
    ['moby: 0.4 init failed memory 96 of 128 MB', '0.4|init||failed|memory 96 of 128 MB'],
  ])('%s', (text, wanted) => {
    expect(words(parseStateLine(text))).toBe(wanted);
  });

  test.each([
    '',
    'moby',
    'moby: ',
    'moby: x init start',
    'moby: 1.0 kernel start',
    'moby: 1.0 service ready',
    'moby: 1.0 service Redis ready',
    'moby: 1.0 init',
    'moby: -1 init start',
    'moby:  1.0 init start',
    'moby: 1.0 init start ',
    ' moby: 1.0 init start',
    'moby: 1.0 service ../x ready',
    'moby: 1e3 init start',
    `moby: 1.0 init failed ${'x'.repeat(500)}`,
    'moby: 1.0 init \u0000',
  ])('is not made of %j', (text) => {
    expect(parseStateLine(text)).toBeUndefined();
  });
});

describe('reading state lines from a console', () => {
  function read(text: string): readonly (string | undefined)[] {
    const reader = makeStateLineReader();
    return text
      .split('\n')
      .map((line) => words(reader(line)))
      .filter((line) => line !== undefined);
  }

  test('finds one behind a message of the kernel', () => {
    expect(read('[    2.300000] virtio_net: up moby: 2.31 service redis ready')).toEqual(['2.31|service|redis|ready|']);
  });

  test('finds one before a message of the kernel', () => {
    expect(read('moby: 2.90 service redis ready[    2.901000] clocksource: tsc')).toEqual(['2.9|service|redis|ready|']);
  });

  test('puts one together that the kernel cut in two', () => {
    expect(read('moby: 2.31 service red[    2.310012] random: crng init done\nis ready\nmoby: 2.4 init ready')).toEqual([
      '2.31|service|redis|ready|',
      '2.4|init||ready|',
    ]);
  });

  test('does not join what does not belong together', () => {
    expect(read('moby: 2.31 service red[    2.310012] random: crng init done\nhello\nmoby: 2.4 init ready')).toEqual(['2.4|init||ready|']);
  });

  test('passes over garbage', () => {
    expect(read('\u0000\u001b[2J\nmoby moby: \nmoby: 1.0\n]]]] [ 1.0\nmoby: 1.1 init start\u0007')).toEqual([]);
    expect(read('\u001b[0mmoby: 1.0 init start')).toEqual(['1|init||start|']);
  });
});
