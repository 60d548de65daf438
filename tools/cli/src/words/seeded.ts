import { bold, green, red, yellow, type Line, type Span } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { table } from '../reporter/table.ts';
import type { SeededLine } from '../seed/seed-outcome.ts';

/** More of them are counted. */
const maxTold = 10;
/** What a registry says where a person with another role could have done it. */
const byRole = /\bMOBY-D403\b|\bMOBY-D426\b|for a steward to decide/;

const states: readonly (readonly [SeededLine['state'], (count: string) => Span])[] = [
  ['new', green],
  ['as before', (count) => count],
  ['differs', yellow],
  ['refused', red],
];

/** How many lines came to what, and how many payloads the registry has proven. */
export function seededLines(seeded: readonly SeededLine[], where: string): readonly Line[] {
  const rows = states.flatMap(([state, style]): readonly (readonly Line[])[] => {
    const count = seeded.filter((line) => line.state === state).length;
    return count === 0 ? [] : [[[state], [style(String(count))]]];
  });
  const proven = seeded.filter(isProven).length;
  return [
    [bold(`seeded ${where}`), ` · ${counted(componentsOf(seeded), 'component')} in ${counted(seeded.length, 'line')}`],
    ...table([...rows, [['payloads proven'], [`${proven}`]]], { right: [1] }),
  ];
}

export function seededValue(seeded: readonly SeededLine[]): object {
  return {
    components: componentsOf(seeded),
    proven: seeded.filter(isProven).length,
    lines: seeded.map(({ manifest, release: { packed, line }, state, payload, refusal }) => ({
      component: `${manifest.name}/${line}`,
      version: manifest.version,
      package: `${manifest.npmName}@${packed.npmVersion}`,
      integrity: packed.integrity,
      state,
      ...(payload === undefined ? {} : { payload }),
      findings: refusal === undefined ? [] : [refusal],
    })),
  };
}

/** What is not as the library is, and what to do about it. */
export function trouble(seeded: readonly SeededLine[]): readonly Line[] {
  const refusals = seeded.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]));
  const open = seeded.filter(({ refusal, payload }) => refusal === undefined && payload === 'unproven').length;
  return [
    ...refusals.slice(0, maxTold).flatMap((refusal) => [[], ...renderDiagnostic(refusal)]),
    ...(refusals.length > maxTold ? [[], [`and ${refusals.length - maxTold} more: --json has them all`]] : []),
    ...(refusals.some(({ message }) => byRole.test(message))
      ? [[], ['a steward may publish them: moby-compose registry user role NAME steward, by who runs the registry']]
      : []),
    ...(open === 0
      ? []
      : [
          [],
          [
            `${open === 1 ? '1 payload is' : `${open} payloads are`} not proven, as the registry’s store has not all packages; before that nothing becomes \`latest\``,
          ],
          [
            'get it there: moby-compose component build --check, on the registry’s machine; then: moby-compose component promote NAME@VERSION',
          ],
        ]),
  ];
}

function isProven({ payload }: SeededLine): boolean {
  return payload === 'proven';
}

function componentsOf(seeded: readonly SeededLine[]): number {
  return new Set(seeded.map(({ manifest }) => manifest.npmName)).size;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
