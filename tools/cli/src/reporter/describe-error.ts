import { Failure, nearest, type Diagnostic } from '@moby/model';

/** What went wrong, told apart by kind; the exit code follows from it. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hints: readonly string[];
  readonly findings: readonly Diagnostic[];
  readonly exitCode: number;
  /** Only for a bug in the program. */
  readonly stack?: string;
}

/** What the program offers, for suggestions. */
export interface Offer {
  /** Ids with spaces, as `component update`. */
  readonly commands: readonly string[];
  readonly argv: readonly string[];
}

const usageExit = 2;
const bugExit = 70;

/** A thrown value → what to say. Anything that is neither a `Failure` nor a mistake in the usage is a bug. */
export function describeError(error: unknown, offer: Offer): Trouble {
  if (error instanceof Failure) {
    return { code: error.code, message: error.message, hints: error.hints, findings: error.findings, exitCode: error.exitCode };
  }
  if (isUsageError(error)) return describeUsage(error, offer);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'internal',
    message: `this is a bug in moby-compose: ${error instanceof Error ? error.message : String(error)}`,
    hints: ['please report it, with the lines above and the output of `moby-compose doctor --json`'],
    findings: [],
    exitCode: bugExit,
    stack,
  };
}

interface UsageError extends Error {
  readonly oclif: { readonly exit?: number };
  readonly flags?: readonly string[];
  readonly args?: readonly unknown[];
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>> } };
}

/** Everything that oclif throws about the command line carries the exit code that it would use. */
function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null;
}

function describeUsage(error: UsageError, offer: Offer): Trouble {
  const unknown = /^command (.+) not found\.?$/i.exec(error.message);
  if (unknown !== null) return unknownCommand((unknown[1] ?? '').replaceAll(':', ' '), offer);
  const command = commandIn(offer);
  const help = command === undefined ? 'moby-compose --help' : `moby-compose ${command} --help`;
  const usage = (message: string, hints: readonly string[] = []): Trouble => ({
    code: 'usage',
    message,
    hints: [...hints, `all flags and arguments: ${help}`],
    findings: [],
    exitCode: usageExit,
  });
  switch (error.constructor.name) {
    case 'NonExistentFlagsError': {
      const [flag = ''] = error.flags ?? [];
      const known = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`);
      const meant = nearest(flag.split('=')[0] ?? flag, known);
      return usage(
        `\`${flag}\` is not a flag of \`${command ?? 'moby-compose'}\``,
        meant === undefined ? [] : [`did you mean \`${meant}\`?`],
      );
    }
    case 'UnexpectedArgsError':
      return usage(`\`${(error.args ?? []).map(String).join(' ')}\` is more than \`${command ?? 'moby-compose'}\` takes`);
    case 'RequiredArgsError':
      return usage(`\`${command ?? 'moby-compose'}\` needs ${(error.args ?? []).map((arg) => `\`${nameOf(arg)}\``).join(', ')}`);
    default:
      return usage(uncapitalised(error.message));
  }
}

function nameOf(arg: unknown): string {
  return typeof arg === 'object' && arg !== null && 'name' in arg ? String(arg.name).toUpperCase() : '';
}

/** oclif's own words → ours: `Flag --out expects a value` → `--out` in backticks, no capital, no full stop. */
function uncapitalised(text: string): string {
  const line = text
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/\nSee more help with --help$/, '')
    .replace(/^Expected (--[a-z-]+)=(.*) to be one of: (.*)$/s, '$1 is one of $3, and not `$2`')
    .replace(/^All of the following must be provided when using (--[a-z-]+): (.*)$/, '$1 goes with $2')
    .replace(/\.$/, '')
    .replace(/(?<![`\w])(--[a-z][a-z-]*)/g, '`$1`');
  return line.charAt(0).toLowerCase() + line.slice(1);
}

function unknownCommand(typed: string, offer: Offer): Trouble {
  const words = typed.split(' ');
  const [first = '', second = ''] = words;
  const taken = commandIn({ commands: offer.commands, argv: words });
  if (taken !== undefined) {
    const message = `\`${words.slice(taken.split(' ').length).join(' ')}\` is more than \`${taken}\` takes`;
    return { code: 'usage', message, hints: [`all flags and arguments: moby-compose ${taken} --help`], findings: [], exitCode: usageExit };
  }
  const below = offer.commands.filter((command) => command.startsWith(`${first} `));
  const isTopic = below.length > 0;
  const meant = isTopic
    ? nearest(`${first} ${second}`, below)
    : nearest(first, new Set(offer.commands.map((command) => command.split(' ')[0] ?? command)));
  const shown = isTopic ? `${first} ${second}` : first;
  return {
    code: 'usage',
    message: `\`${shown}\` is not a command`,
    hints: [
      ...(meant === undefined ? [] : [`did you mean \`moby-compose ${meant}\`?`]),
      `all commands: moby-compose ${isTopic ? `${first} ` : ''}--help`,
    ],
    findings: [],
    exitCode: usageExit,
  };
}

/** The command that stands in the arguments, the longest that fits. */
function commandIn({ commands, argv }: Offer): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return [...commands].sort((a, b) => b.length - a.length).find((command) => `${words.join(' ')} `.startsWith(`${command} `));
}
