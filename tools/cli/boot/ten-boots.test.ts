import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, outcomes, testOf } from './assembled.ts';

/** How often a machine is booted in a row; `MOBY_COMPOSE_BOOTS` says another number, to look longer for a flaky boot. */
const boots = Number(process.env['MOBY_COMPOSE_BOOTS'] ?? 10);

describeMachine('boots in a row', () => {
  test(`${boots} times redis-os comes up, answers and powers off, and never once doesn't`, { timeout: boots * 120_000 }, async () => {
    const composed = await assembled('redis-os');
    for (let boot = 1; boot <= boots; boot += 1) {
      const report = await testOf(composed);
      const said = [
        `boot ${boot}: ${report.exit.verdict} ${report.exit.reason}`,
        report.finding?.message ?? '',
        ...(report.finding?.console ?? []),
        ...report.entries.flatMap(({ console = [] }) => console),
      ];
      expect(
        outcomes(report).filter((outcome) => !outcome.startsWith('passed:')),
        said.join('\n'),
      ).toEqual([]);
      expect(report.exit.verdict, said.join('\n')).toBe('down');
    }
  });
});
