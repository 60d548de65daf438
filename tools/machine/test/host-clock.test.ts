import { expect, test } from 'vitest';
import { hostKhzOf } from '../src/host-clock.ts';

test.each([
  [
    'a virtual host',
    'model name\t: Xeon @ 2.50GHz\nflags\t\t: fpu hypervisor lahf_lm\ncpu MHz\t\t: 2599.998\nprocessor\t: 1\ncpu MHz\t\t: 800.000\n',
    2_599_998,
  ],
  ['bare metal whose name tells the rate', 'model name\t: Core i7-8550U CPU @ 1.80GHz\ncpu MHz\t\t: 3991.224\nflags\t\t: fpu\n', 1_800_000],
  ['bare metal whose name does not', 'model name\t: Ryzen 7\ncpu MHz\t\t: 3000\nflags\t\t: fpu\n', 3_000_000],
  ['another architecture', 'processor\t: 0\nBogoMIPS\t: 50.00\n', undefined],
  ['a rate of zero', 'cpu MHz\t\t: 0.000\n', undefined],
  ['a rate that is no number', 'cpu MHz : lots\n', undefined],
  ['nothing', '', undefined],
])('the rate of the time stamp counter is read from what %s says', (_, cpuinfo, khz) => {
  expect(hostKhzOf(cpuinfo)).toBe(khz);
});
