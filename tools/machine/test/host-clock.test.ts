import { expect, test } from 'vitest';
import { hostKhzOf } from '../src/host-clock.ts';

test.each([
  ['processor\t: 0\nflags\t\t: fpu\ncpu MHz\t\t: 2599.998\ncache size\t: 1 KB\nprocessor\t: 1\ncpu MHz\t\t: 800.000\n', 2_599_998],
  ['cpu MHz\t\t: 3000\n', 3_000_000],
  ['processor\t: 0\nBogoMIPS\t: 50.00\n', undefined],
  ['cpu MHz\t\t: 0.000\n', undefined],
  ['cpu MHz : lots\n', undefined],
  ['', undefined],
])("the rate of the host's CPU clock is read from %j", (cpuinfo, khz) => {
  expect(hostKhzOf(cpuinfo)).toBe(khz);
});
