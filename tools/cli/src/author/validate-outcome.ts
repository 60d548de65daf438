import { validateComponent } from '@moby/composer';
import type { Diagnostic } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { green, red, yellow, type Line } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import type { ComponentPlace } from './find-components.ts';

/** Every component is judged, whatever the others are. */
export async function validateOutcome(places: readonly ComponentPlace[]): Promise<Outcome> {
  const reports: { readonly component: string; readonly valid: boolean; readonly findings: readonly Diagnostic[] }[] = [];
  for (const place of places) {
    const { component, findings } = await validateComponent(place);
    reports.push({ component, valid: !findings.some(({ severity }) => severity === 'error'), findings });
  }
  const invalid = reports.filter(({ valid }) => !valid).length;
  return {
    kind: 'done',
    value: { components: reports },
    lines: [
      ...reports.map(({ component, valid, findings }): Line => [
        '  ',
        valid ? (findings.length === 0 ? green('✔') : yellow('!')) : red('✘'),
        ` ${component}`,
      ]),
      [`${reports.length - invalid} valid, ${invalid} not`],
    ],
    next: reports.flatMap(({ findings }) => findings.flatMap((finding) => [[], ...renderDiagnostic(finding)])),
    exitCode: invalid === 0 ? 0 : 1,
  };
}
