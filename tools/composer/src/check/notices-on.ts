import type { Diagnostic, Notice, Registry } from '@moby/model';
import type { Resolution } from '../resolve/resolution.ts';

/** What registries say against what was chosen: yanked versions, which only a lock still brings in, and deprecated ones. */
export async function noticesOn({ components }: Resolution, registry: Registry): Promise<readonly Diagnostic[]> {
  const told = await Promise.all(
    [...components.values()].map(async ({ manifest: { name, version } }) => {
      const notice = (await registry.notices(name)).get(version);
      return notice === undefined ? [] : [toDiagnostic(`${name} ${version}`, notice)];
    }),
  );
  return told.flat();
}

function toDiagnostic(who: string, { kind, reason }: Notice): Diagnostic {
  const why = reason === '' ? '' : `: ${reason}`;
  if (kind === 'deprecated')
    return {
      severity: 'warning',
      code: 'version-deprecated',
      message: `${who} is deprecated${why}`,
      hints: [`what else there is: moby-compose info ${nameOf(who)}`],
    };
  return {
    severity: 'warning',
    code: 'version-yanked',
    message: `${who} is yanked${why}`,
    details: ['it stays because the lock has it: nobody would choose it anew'],
    hints: ['take the lock away, and another version is chosen'],
  };
}

function nameOf(who: string): string {
  return who.split(' ')[0] ?? who;
}
