import { isCapability } from '@moby/model';
import { changedLines } from '../library/changed-lines.ts';
import { whoMeets } from '../library/who-meets.ts';
import type { LibrarySide } from '../library/library-side.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

type Gap = 'no-component' | 'no-version' | 'no-provider' | 'no-fitting-provider';

const clause = (gap: Gap, when: string): Clause<ChangeSubject> => ({
  name: gap,
  when,
  *find({ library, touched }): Iterable<Found> {
    for (const { component, file, after, known } of changedLines(library, touched)) {
      for (const [need, range] of Object.entries(after.requires)) {
        if (gapOf(library.after, need, range) !== gap) continue;
        // What nobody met before either is nothing that the change has done.
        if (known.some(({ requires }) => requires[need] === range) && whoMeets(library.before, need, range).length === 0) continue;
        yield { repositoryFile: file, component, ...wordsOf(library.after, { need, range, gap }) };
      }
    }
  },
});

export const depExists: GovernanceRule = ofChange({
  id: 'MOBY-C601',
  name: 'dep-exists',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A component whose needs nobody meets is in no assembly that resolves. Bring first what it needs, or both together.',
  examples: {
    fails: '`"requires": {"nope": "^1"}`, where no component is called so',
    passes: '`"requires": {"tini": ">=0.19"}`, and tini is 0.19.0',
  },
  change: [
    clause('no-component', 'a line requires a component that isn’t there after the merge'),
    clause('no-version', 'a line requires a component of which no version is in the range'),
    clause('no-provider', 'a line requires a capability that no component offers'),
    clause('no-fitting-provider', 'a line requires a capability in versions that nobody offers'),
  ],
});

function gapOf(side: LibrarySide, need: string, range: string): Gap | undefined {
  if (whoMeets(side, need, range).length > 0) return undefined;
  if (isCapability(need)) return side.providers.has(need) ? 'no-fitting-provider' : 'no-provider';
  return (side.components.get(need)?.lines.length ?? 0) > 0 ? 'no-version' : 'no-component';
}

function wordsOf(
  side: LibrarySide,
  { need, range, gap }: { readonly need: string; readonly range: string; readonly gap: Gap },
): Pick<Found, 'message' | 'help'> {
  switch (gap) {
    case 'no-component':
      return { message: `it requires \`${need}\`, and there is no such component`, help: `bring \`${need}\` first, or together with it` };
    case 'no-provider':
      return {
        message: `it requires \`${need}\`, which no component offers`,
        help: 'bring a component that offers it first, or together with it',
      };
    case 'no-version':
      return { message: `it requires \`${need}@${range}\`, and of ${need} there ${areOrIs(versionsOf(side, need))}` };
    case 'no-fitting-provider':
      return { message: `it requires \`${need}\` ${range}, and offered ${areOrIs(offersOf(side, need))}` };
  }
}

function versionsOf({ components }: LibrarySide, name: string): readonly string[] {
  return (components.get(name)?.lines ?? []).flatMap(({ says }) => says?.version ?? []);
}

function offersOf({ components, providers }: LibrarySide, capability: string): readonly string[] {
  return (providers.get(capability) ?? []).flatMap((name) =>
    (components.get(name)?.lines ?? []).flatMap(({ says }) => {
      const provided = says?.provides[capability];
      return provided === undefined ? [] : [`${provided} (${name} ${says?.version ?? ''})`];
    }),
  );
}

const maxListed = 5;

function areOrIs(texts: readonly string[]): string {
  const shown = texts.slice(0, maxListed).join(', ');
  const more = texts.length > maxListed ? ` and ${texts.length - maxListed} more` : '';
  return texts.length === 1 ? `is ${shown}` : `are ${shown === '' ? 'none' : shown}${more}`;
}
