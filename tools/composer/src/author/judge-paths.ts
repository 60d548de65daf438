import { posix } from 'node:path';
import type { Diagnostic, Document, Manifest } from '@moby/model';
import { isDeb, isFiles } from './found-pin.ts';

type Key = readonly (string | number)[];

/** Paths that a person writes: canonical (merged /usr), without `.` and `..`; links stay inside of the payload's root. */
export function judgePaths(manifest: Manifest, document: Document): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const report = (fault: string | undefined, path: Key, key: boolean): void => {
    if (fault !== undefined)
      findings.push({ severity: 'error', code: 'wrong-path', message: fault, place: document.placeOf(path, { key }) });
  };
  for (const [platform, payload] of Object.entries(manifest.payload.platforms)) {
    const at: Key = ['component', 'payload', 'platforms', platform];
    for (const [index, source] of payload.sources.entries()) {
      const patterns = isDeb(source) ? source.keep : isFiles(source) ? source.executable : [];
      const key = isDeb(source) ? 'keep' : 'executable';
      for (const [number, pattern] of patterns.entries()) {
        // The init's own files carry the merge's links, so `bin` alone is a path; below it nothing is.
        report(pathFault(pattern), [...at, 'sources', index, key, number], false);
      }
    }
    for (const directory of Object.keys(payload.directories)) report(pathFault(directory), [...at, 'directories', directory], true);
    for (const [joined, pattern] of Object.entries(payload.joins ?? {})) {
      report(pathFault(joined), [...at, 'joins', joined], true);
      report(pathFault(pattern), [...at, 'joins', joined], false);
    }
    for (const [link, target] of Object.entries(payload.links)) {
      report(pathFault(link), [...at, 'links', link], true);
      report(targetFault(link, target), [...at, 'links', link], false);
    }
  }
  return findings;
}

function pathFault(path: string): string | undefined {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return `\`${path}\` has an empty segment, \`.\` or \`..\``;
  return /^(?:bin|sbin|lib|lib32|lib64|libx32)\//.test(path)
    ? `\`${path}\` is written \`usr/${path}\`: payloads have a merged /usr`
    : undefined;
}

function targetFault(link: string, target: string): string | undefined {
  if (target.startsWith('/')) return undefined;
  const resolved = posix.normalize(posix.join(posix.dirname(link), target));
  return resolved === '..' || resolved.startsWith('../') ? `\`${link}\` leads to \`${target}\`, outside of the payload` : undefined;
}
