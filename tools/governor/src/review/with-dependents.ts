import type { LibraryChange } from '../library/library-change.ts';
import type { Finding, Report } from '../judge/report.ts';

/** More than these are counted. */
const maxNamed = 5;

/** The findings about a bump (MOBY-V506) with who needs what is gone, as far as the library's assemblies tell. `component`: `redis`. */
export function withDependents(report: Report, component: string, library: LibraryChange): Report {
  const witnesses = report.bump?.witnesses ?? [];
  const told = (finding: Finding): Finding => {
    if (finding.name !== 'abi-bump') return finding;
    const about = witnesses.find(({ change, sentence }) => change === finding.clause && finding.message.startsWith(sentence))?.about;
    const dependents = about === undefined ? [] : dependentsOn(library, component, about);
    if (dependents.length === 0) return finding;
    const more = dependents.length > maxNamed ? `, and ${dependents.length - maxNamed} more` : '';
    const needed = `needed by ${dependents.slice(0, maxNamed).join(', ')}${more}`;
    return { ...finding, help: finding.help === undefined ? needed : `${needed}; ${finding.help}` };
  };
  return { ...report, findings: report.findings.map(told) };
}

/** `containerd-ctr in containerd-os`: whose need of the offer the component met before the merge, sorted. */
function dependentsOn({ assemblies }: LibraryChange, component: string, offer: string): readonly string[] {
  const found = new Set<string>();
  for (const { name: assembly, before } of assemblies)
    for (const { from, need, by } of before?.chosen?.edges ?? [])
      if (from !== '' && ownName(by) === component && isAbout(need, offer)) found.add(`${ownName(from)} in ${assembly}`);
  return [...found].sort();
}

/** A need is a capability, `api:containerd`; what is gone is named by it, or as files have it, `libssl.so.3`. */
function isAbout(need: string, offer: string): boolean {
  return need === offer || need.slice(need.indexOf(':') + 1) === offer || need.startsWith(`soname:${offer}/`);
}

/** `docker/containerd` stands in a root of its own. */
function ownName(scoped: string): string {
  return scoped.slice(scoped.lastIndexOf('/') + 1);
}
