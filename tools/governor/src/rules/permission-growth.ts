import { grownPrivileges, privilegeKinds, type PrivilegeKind } from '../changes/grown-privileges.ts';
import type { ComponentSubject } from '../judge/subject.ts';
import { ofComponent, type Clause, type Found, type GovernanceRule } from './rule.ts';

const when: Readonly<Record<PrivilegeKind, string>> = {
  privileged: 'the service is `privileged`, and was not',
  capability: 'the service has a capability of Linux that it didn’t have',
  syscall: 'the service may use a system call that it couldn’t',
  bind: 'the service sees a place of the machine that it didn’t, may write where it couldn’t, or passes mounts on further',
  root: 'the service runs as root, and did not',
  network: 'the service has the machine’s network, and had none',
  confinement: '`readonlyRoot` or `noNewPrivileges` is off, and was on',
  port: 'the service listens on another port',
  disk: 'the service mounts a disk, and did not',
  module: 'the component has another module of the kernel loaded',
};

export const permissionGrowth: GovernanceRule = ofComponent({
  id: 'MOBY-P709',
  name: 'permission-growth',
  severity: 'review',
  waivableBy: 'nobody',
  why: 'What a component may do is agreed to when it is chosen. An update that may do more is agreed to by a person, not by a range.',
  examples: { fails: '`"capabilities": ["CAP_SYS_ADMIN"]` in an update', passes: 'the same privileges as before, or fewer' },
  clauses: [
    ...privilegeKinds.map(grown),
    {
      name: 'unknown',
      when: 'nobody knows what the release before might do',
      *find({ baseline }): Iterable<Found> {
        if (baseline !== undefined && baseline.contents === undefined)
          yield { message: `nobody knows what ${baseline.version} might do, so nobody can say what grew` };
      },
    },
  ],
});

function grown(kind: PrivilegeKind): Clause<ComponentSubject> {
  return {
    name: kind,
    when: when[kind],
    *find({ baseline, manifest }): Iterable<Found> {
      if (baseline?.contents === undefined) return;
      for (const one of grownPrivileges(baseline.contents.manifest, manifest))
        if (one.kind === kind) yield { at: one.at, message: `more than ${baseline.version}: it ${one.sentence}` };
    },
  };
}
