import { defaultGraceMs } from './interruption.ts';
import type { Outcome } from './outcome.ts';
import { inSession, type Session } from './session.ts';
import { typedAgain } from './typed-again.ts';

interface Plain {
  readonly assembly: string;
  readonly out?: string;
}

/** A command that may have an answer in the store, for an assembly by its name. */
interface KeptAnswer {
  readonly fleetingSteps: boolean;
  /** As the command gives it; undefined where nothing is kept that still holds. */
  readonly again: (plain: Plain, session: Session) => Promise<Outcome | undefined>;
}

const kept: Readonly<Record<string, KeptAnswer>> = {
  assemble: { fleetingSteps: false, again: assembledAgain },
  check: { fleetingSteps: true, again: checkedAgain },
};

/**
 * The answer of `check NAME` and `assemble NAME [--out DIR]`, with or without `--json`, where it is kept from before: without oclif, whose
 * modules take longer to load than the answer takes to find. Undefined for every other command line, and where nothing is kept: then nothing
 * was said yet, and the command is run as any other.
 */
export async function answerAgain(argv: readonly string[]): Promise<Outcome | undefined> {
  const [command = '', ...words] = argv;
  const answer = Object.hasOwn(kept, command) ? kept[command] : undefined;
  const plain = plainly(words);
  if (answer === undefined || plain === undefined) return undefined;
  return inSession({ argv, fleetingSteps: answer.fleetingSteps, graceMs: defaultGraceMs }, (session) => answer.again(plain, session));
}

/** A name before all flags; what oclif could read in another way is left to it. */
function plainly([assembly = '', ...words]: readonly string[]): Plain | undefined {
  if (!isValue(assembly)) return undefined;
  const left = words.filter((word, at) => word !== '--json' || words[at - 1] === '--out');
  const [flag, out = '', ...more] = left;
  if (flag === undefined) return { assembly };
  return flag === '--out' && isValue(out) && more.length === 0 ? { assembly, out } : undefined;
}

function isValue(word: string): boolean {
  return word !== '' && !word.startsWith('-');
}

async function checkedAgain({ assembly, out }: Plain, session: Session): Promise<Outcome | undefined> {
  if (out !== undefined) return undefined; // No flag of `check`, which says so.
  const [{ assemblyCheckedAgain }, { checkedOutcome }] = await Promise.all([
    import('./check-again.ts'),
    import('./words/check-outcome.ts'),
  ]);
  const outline = await assemblyCheckedAgain(assembly, {}, session);
  return outline && checkedOutcome(outline, session.reporter.warnings, plainLook);
}

/** Without the formats that name places: text, or the document of `--json`. */
const plainLook = { format: 'text', explain: false, edges: false, places: { library: undefined, currentFolder: '' } } as const;

async function assembledAgain({ assembly, ...flags }: Plain, session: Session): Promise<Outcome | undefined> {
  const [{ assembleAgain }, { assembledOutcome }] = await Promise.all([import('./assemble-again.ts'), import('./words/composed.ts')]);
  const outline = await assembleAgain(assembly, flags, session);
  return outline && assembledOutcome(outline, session.reporter.warnings, typedAgain(assembly, flags));
}
