import { fromNpmVersion } from '@moby/model';
import type { PublishedVersion } from '@moby/governor';
import type { ReviewFacts } from '@moby/governor/review';
import type { ChangeFixture, Files, PullRequest } from '../pull-request.ts';
import { assembly, assemblyFile, lockFile, machine, owners, part, withAssembly, type Part } from './small-library.ts';

/** A tool and what needs it. */
const tool: Part = { name: 'tool', says: { provides: { 'api:tool': '1.0.0' } } };
const user: Part = { name: 'user', says: { requires: { tool: '^1' } } };
/** The next minor version, with a program more. */
const raised = (of: Part, says: object = {}): Files =>
  part({ ...of, version: '1.1.0', says: { ...of.says, ...says }, facts: { ...of.facts, programs: ['/usr/bin/more'] } });

const base = { ...machine, ...part(tool), ...part(user) };
const small = await withAssembly(base, assembly('with: [tini]'));
const large = await withAssembly(base, assembly('with: [user]'));

/** Nobody is new to these components. */
const known =
  (more: ReviewFacts = {}): NonNullable<PullRequest['facts']> =>
  (ordinary) => {
    const old = { daysSinceOwnersChanged: 400, releasers: [11, 12] };
    return { ...ordinary, components: { ...ordinary.components, tool: old, user: old }, ...more };
  };

const change = (before: Files, head: Files, more: PullRequest = {}): PullRequest => ({ base: before, head, facts: known(), ...more });

/** Lines of `user` that require something else. */
const asking = (requires: object): PullRequest => change(base, raised(user, { requires }));

const without = (files: Files): Files => Object.fromEntries(Object.keys(files).map((path) => [path, undefined]));

const lockText = (files: Files): string => files[lockFile] ?? '';
const edited = (files: Files, edit: (text: string) => string): Files => ({ [lockFile]: edit(lockText(files)) });

const otherTini = (text: string): string => text.replaceAll('0.19.0+r1', '0.19.9+r1');

function published(npmVersion: string, state: PublishedVersion['state']): PublishedVersion {
  const version = fromNpmVersion(npmVersion);
  if (version === undefined) throw new Error(`${npmVersion} is no version`);
  return { npmVersion, version, state, line: '1' };
}

const given = (name: string, lifecycle: string): Files => part({ name, lifecycle });

export const stage6: Readonly<Record<string, ChangeFixture>> = {
  'dep-exists': {
    fail: {
      'no-component': asking({ nope: '^1' }),
      'no-version': asking({ tool: '^2' }),
      'no-provider': asking({ 'api:nope': '^1' }),
      'no-fitting-provider': asking({ 'api:tool': '^2' }),
    },
    pass: [
      asking({ tini: '>=0.19', 'api:tool': '^1' }),
      // What nobody met before is nothing that the change has done.
      change({ ...base, ...part({ ...user, says: { requires: { nope: '^1' } } }) }, raised(user, { requires: { nope: '^1' } })),
    ],
  },
  'range-shape': {
    fail: { 'any-version': asking({ tool: '^1', tini: '*' }) },
    pass: [
      asking({ tool: '>=1', 'api:tool': '*' }),
      change({ ...base, ...part({ ...user, says: { requires: { tool: '*' } } }) }, raised(user, { requires: { tool: '*' } })),
    ],
  },
  cycle: {
    fail: { 'new-cycle': change(base, raised(tool, { requires: { user: '^1' } })) },
    pass: [
      asking({ tool: '^1', tini: '>=0.19' }),
      change({ ...base, ...part({ ...tool, says: { requires: { user: '^1' } } }) }, raised(tool, { requires: { user: '^1' } })),
    ],
  },
  'still-solvable': {
    fail: {
      'no-solution': change(large, raised(tool, { conflicts: { tini: '*' }, requires: { tini: '>=0.19' } })),
      unreadable: change(large, { [assemblyFile]: assembly('extends: nope') }),
    },
    pass: [change(small, raised(tool))],
  },
  'dependents-ok': {
    fail: {
      misfit: { also: ['lock-current/stale'], ...change(large, raised(tool, { exec: ['nothing-of-the-name'] })) },
      unknown: change(small, await withAssembly(base, assembly('kernel: { modules: [overlay] }'))),
      'offer-gone': {
        also: ['abi-bump/offer-removed'],
        ...change({ ...base, ...part({ ...user, says: { requires: { 'api:tool': '^1' } } }) }, raised(tool, { provides: {} })),
      },
    },
    pass: [change(base, raised(tool))],
  },
  'removal-safe': {
    fail: {
      removed: change(base, without(part(tool))),
      'given-up': { also: ['history-append/broken', 'state-change/no-way'], ...change(base, owners('tool', 'retired')) },
    },
    pass: [change(base, without(part(user)))],
  },
  conflicts: {
    fail: {
      'same-path': {
        also: ['lock-current/stale'],
        ...change(
          { ...large, ...part({ ...user, facts: { programs: ['/usr/bin/own'] } }) },
          part({ ...tool, version: '1.1.0', facts: { programs: ['/usr/bin/own'] } }),
        ),
      },
      exclusive: change(base, raised(tool, { provides: { 'api:tool': '1.0.0', 'slot:kernel': '1.0.0' } })),
    },
    pass: [change(base, raised(tool))],
  },
  'deprecated-dep': {
    fail: { 'new-dependency': change({ ...base, ...given('old', 'deprecated') }, raised(user, { requires: { tool: '^1', old: '^1' } })) },
    pass: [
      change(
        { ...base, ...given('old', 'deprecated'), ...part({ ...user, says: { requires: { old: '^1' } } }) },
        raised(user, { requires: { old: '^1' } }),
      ),
    ],
  },
  'state-order': {
    fail: {
      'new-edge': change({ ...base, ...given('young', 'experimental') }, raised(user, { requires: { tool: '^1', young: '^1' } })),
      promoted: {
        also: ['history-append/rewritten', 'state-change/undecided'],
        ...change(
          {
            ...base,
            ...given('young', 'experimental'),
            ...part({ ...user, lifecycle: 'experimental', says: { requires: { young: '^1' } } }),
          },
          owners('user', 'maintained'),
        ),
      },
    },
    pass: [
      change(
        { ...base, ...given('young', 'experimental'), ...part({ ...user, says: { requires: { young: '^1' } } }) },
        raised(user, { requires: { young: '^1' } }),
      ),
    ],
  },
  'latest-not-yanked': {
    fail: {
      'newest-yanked': change(
        base,
        { 'components/tool/README.md': '# tool\n\nAnother word.\n' },
        { facts: known({ published: { '@moby/tool': [published('1.0.1', 'active'), published('1.0.2', 'yanked')] } }) },
      ),
    },
    pass: [
      change(
        base,
        { 'components/tool/README.md': '# tool\n\nAnother word.\n' },
        { facts: known({ published: { '@moby/tool': [published('1.0.1', 'active')] } }) },
      ),
    ],
  },
  'lock-current': {
    fail: {
      missing: change(base, { [assemblyFile]: assembly('with: [tini]') }),
      inputs: change(small, { [assemblyFile]: assembly('with: [tini]', 'processor: x86-64-v2') }),
      stale: change(large, raised(tool)),
    },
    pass: [change(small, await withAssembly(base, assembly('with: [user]')))],
  },
  'lock-canonical': {
    fail: {
      unreadable: change(small, { [lockFile]: '{"lockfile": 2}\n' }),
      'other-bytes': change(
        small,
        edited(small, (text) => `${JSON.stringify(JSON.parse(text))}\n`),
      ),
    },
    pass: [change(base, small)],
  },
  'lock-published': {
    fail: {
      'no-such-version': { also: ['lock-current/stale'], ...change(small, edited(small, otherTini)) },
      'other-tree': change(
        small,
        edited(small, (text) => text.replace(/"tree": "sha256:[0-9a-f]{8}/, '"tree": "sha256:00000000')),
      ),
      withdrawn: {
        also: ['lock-current/stale'],
        ...change(small, edited(small, otherTini), { facts: known({ published: { '@moby/tini': [published('0.19.901', 'yanked')] } }) }),
      },
    },
    pass: [change(base, small)],
  },
};
