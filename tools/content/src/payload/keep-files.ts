import { type Diagnostic, Failure, nearest, type PayloadEntry } from '@moby/model';
import { printable } from '../archive/bad-archive.ts';
import type { TarEntry } from '../archive/read-tar.ts';
import { canonicalPath, canonicalTarget, checkPath } from './canonical-path.ts';
import { parseKeepPattern } from './keep-pattern.ts';

export interface KeptFiles {
  readonly entries: readonly PayloadEntry[];
  readonly findings: readonly Diagnostic[];
}

const specialBits = 0o7000;

/**
 * What `keep` and the rule about copyright files take of a package's entries, in normal form: files and symbolic links,
 * hard links as files of their own; never directories, which come as parents or are declared. Throws `invalid-input`
 * where a pattern matches nothing, `bad-archive` where a kept link leads above the root.
 */
export function keepFiles(archive: readonly TarEntry[], debPackage: string, keep: readonly string[]): KeptFiles {
  const patterns = [...keep, `usr/share/doc/${debPackage}`, `usr/share/doc/${debPackage}/copyright`].map(parseKeepPattern);
  const used = new Set<string>();
  const entries: PayloadEntry[] = [];
  const findings: Diagnostic[] = [];
  const files = new Map<string, TarEntry>();
  const paths: string[] = [];
  for (const entry of archive) {
    const file = entry.kind === 'hard-link' ? files.get(entry.target) : entry;
    if (file === undefined || file.kind === 'directory') continue;
    files.set(entry.path, file);
    const path = canonicalPath(entry.path, file.kind === 'symlink');
    paths.push(path);
    const matching = patterns.filter((pattern) => pattern.matches(path));
    if (matching.length === 0) continue;
    for (const pattern of matching) used.add(pattern.text);
    checkPath(path, debPackage);
    entries.push(normalEntry(entry.path, path, file, debPackage));
    if (file.kind === 'file' && (file.mode & specialBits) !== 0) findings.push(droppedBits(path, file.mode, debPackage));
  }
  for (const text of keep) if (!used.has(text)) throw unmatched({ pattern: text, debPackage, paths, archive });
  return { entries, findings };
}

function normalEntry(rawPath: string, path: string, file: TarEntry, debPackage: string): PayloadEntry {
  if (file.kind === 'symlink') {
    return { kind: 'symlink', path, mode: 0o777, target: canonicalTarget({ link: rawPath, target: file.target, name: debPackage }) };
  }
  return { kind: 'file', path, mode: normalMode(file.mode), bytes: file.bytes };
}

/** Executable for anybody → 0755, else 0644; setuid, setgid and sticky bits are privileges that only a declaration gives. */
export function normalMode(mode: number): number {
  return (mode & 0o111) === 0 ? 0o644 : 0o755;
}

function droppedBits(path: string, mode: number, debPackage: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'privilege-dropped',
    message: printable(
      `\`${path}\` of \`${debPackage}\` has mode ${mode.toString(8).padStart(4, '0')}; payloads carry no setuid, setgid or sticky files`,
    ),
  };
}

function unmatched(options: {
  readonly pattern: string;
  readonly debPackage: string;
  readonly paths: readonly string[];
  readonly archive: readonly TarEntry[];
}): Failure {
  const { pattern, debPackage, paths, archive } = options;
  const asFolder = parseKeepPattern(pattern);
  const isFolder = archive.some((entry) => entry.kind === 'directory' && asFolder.matches(canonicalPath(entry.path, false)));
  const near = nearestPath(pattern, paths);
  return new Failure({
    code: 'invalid-input',
    message: printable(`\`keep\` pattern \`${pattern}\` matches no file of \`${debPackage}\`${isFolder ? ': it is a directory' : ''}`),
    hints: isFolder ? [`for all that is below it: \`${pattern}/**\``] : near === undefined ? [] : [printable(`did you mean \`${near}\`?`)],
  });
}

/** Files of the same name first, as `usr/bin/x` for `usr/sbin/x`; then the nearest text. */
function nearestPath(pattern: string, paths: readonly string[]): string | undefined {
  const last = pattern.split('/').at(-1) ?? '';
  const sameName = [...paths].sort().find((path) => path.endsWith(`/${last}`) || path === last);
  return sameName ?? nearest(pattern, paths);
}
