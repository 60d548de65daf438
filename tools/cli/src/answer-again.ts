import { defaultGraceMs } from './interruption.ts';
import type { Outcome } from './outcome.ts';
import { inSession, type Session } from './session.ts';
import { typedAgain } from './typed-again.ts';

/** A command that may have an answer in the store, for an assembly by its name and no flags. */
interface KeptAnswer {
  readonly fleetingSteps: boolean;
  /** As the command gives it; undefined where nothing is kept that still holds. */
  readonly again: (assembly: string, session: Session) => Promise<Outcome | undefined>;
}

const kept: Readonly<Record<string, KeptAnswer>> = {
  assemble: { fleetingSteps: false, again: assembledAgain },
  check: { fleetingSteps: true, again: checkedAgain },
};

/**
 * The answer of `check NAME` and `assemble NAME`, typed as they mostly are, where it is kept from before: without oclif, whose modules take
 * longer to load than the answer takes to find. Undefined for every other command line, and where nothing is kept: then nothing was said yet,
 * and the command is run as any other.
 */
export async function answerAgain(argv: readonly string[]): Promise<Outcome | undefined> {
  const [command = '', assembly = '', ...more] = argv;
  const answer = Object.hasOwn(kept, command) ? kept[command] : undefined;
  if (answer === undefined || assembly === '' || assembly.startsWith('-') || more.some((word) => word !== '--json')) return undefined;
  return inSession({ argv, fleetingSteps: answer.fleetingSteps, graceMs: defaultGraceMs }, (session) => answer.again(assembly, session));
}

async function checkedAgain(assembly: string, session: Session): Promise<Outcome | undefined> {
  const [{ assemblyCheckedAgain }, { checkedOutcome }] = await Promise.all([
    import('./check-again.ts'),
    import('./words/check-outcome.ts'),
  ]);
  const outline = await assemblyCheckedAgain(assembly, {}, session);
  return outline && checkedOutcome(outline, session.reporter.warnings, plainLook);
}

/** Without the formats that name places: text, or the document of `--json`. */
const plainLook = { format: 'text', explain: false, edges: false, places: { library: undefined, currentFolder: '' } } as const;

async function assembledAgain(assembly: string, session: Session): Promise<Outcome | undefined> {
  const [{ assembleAgain }, { assembledOutcome }] = await Promise.all([import('./assemble-again.ts'), import('./words/composed.ts')]);
  const outline = await assembleAgain(assembly, {}, session);
  return outline && assembledOutcome(outline, session.reporter.warnings, typedAgain(assembly, {}));
}
