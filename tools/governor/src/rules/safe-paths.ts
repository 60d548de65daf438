import { posix } from 'node:path';
import { isWindowsDevice } from '@moby/model';
import { manifestPaths, type ManifestPath } from './manifest-paths.ts';
import { ofPackage, type Clause, type Found, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const safePaths: GovernanceRule = ofPackage({
  id: 'MOBY-M206',
  name: 'safe-paths',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Paths of a manifest are written to by whoever unpacks the payload, on other systems too, and no two components may reach into each other’s trees.',
  examples: { fails: '`"keep": ["../etc/passwd"]`, `"links": {"usr/lib/CON": "x"}`', passes: '`"keep": ["usr/lib/x"]`' },
  clauses: [
    path('absolute', 'begins with a slash, in the payload', ({ text, kind }) => kind === 'payload' && text.startsWith('/')),
    path('dots', 'has an empty segment, `.` or `..`', hasDots),
    path('backslash', 'has a backslash', ({ text }) => text.includes('\\')),
    path('control', 'has a control character', ({ text }) => /[\u0000-\u001f\u007f]/.test(text)),
    path('drive', 'begins with the letter of a drive', ({ text }) => /^\/?[A-Za-z]:/.test(text)),
    path('ending', 'has a segment that ends in a dot or a blank', ({ text }) => text.split('/').some(endsBadly)),
    path('device', 'has a segment that Windows takes for a device', ({ text }) => text.split('/').some(isWindowsDevice)),
    path('leaves', 'leads out of the payload, as the target of a link', leaves),
    {
      name: 'forbidden',
      when: 'the payload writes below a folder that the policy forbids',
      *find({ json, policy }): Iterable<Found> {
        for (const { at, isKey, text, kind } of manifestPaths(json)) {
          const folder = policy.forbiddenTargets.find((prefix) => kind === 'payload' && text.startsWith(prefix) && text !== prefix);
          if (folder !== undefined)
            yield {
              at,
              ...(isKey ? { key: true as const } : {}),
              message: `\`${text}\` lies below \`/${folder}\`, where no component may write`,
            };
        }
      },
    },
  ],
});

function path(name: string, said: string, isFault: (path: ManifestPath) => boolean): Clause<PackageSubject> {
  return {
    name,
    when: `a path ${said}`,
    *find({ json }): Iterable<Found> {
      for (const one of manifestPaths(json))
        if (isFault(one)) yield { at: one.at, ...(one.isKey ? { key: true as const } : {}), message: `\`${one.text}\` ${said}` };
    },
  };
}

/** A link's target may go up; where it leads is another question. */
function hasDots({ text, kind }: ManifestPath): boolean {
  if (kind === 'target' || text === '/') return false;
  return text
    .replace(/^\//, '')
    .split('/')
    .some((segment) => segment === '' || segment === '.' || segment === '..');
}

function endsBadly(segment: string): boolean {
  return segment !== '.' && segment !== '..' && /[. ]$/.test(segment);
}

function leaves({ text, kind, from }: ManifestPath): boolean {
  if (kind !== 'target' || text.startsWith('/')) return false;
  const resolved = posix.normalize(posix.join(posix.dirname(from ?? ''), text));
  return resolved === '..' || resolved.startsWith('../');
}
