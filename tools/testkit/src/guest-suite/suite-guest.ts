/** The guest that the suite looks at: what of `@moby/machine`'s BootedGuest it uses. */
export interface SuiteGuest {
  stateLines(): readonly SuiteLine[];
  /** The first state line that fits, past or future; undefined where the machine ends first or the signal aborts. */
  waitFor(fits: (line: SuiteLine) => boolean, signal?: AbortSignal): Promise<{ readonly line: SuiteLine } | undefined>;
  /** A request of the test agent (tools/testkit/components/agent). */
  agent(request: string, limitMs?: number): Promise<{ readonly output: string; readonly code: number }>;
  /** The host's port that leads to a port of the machine. */
  port(machinePort: number): number;
  consoleTail(lines?: number): readonly string[];
  /** Presses the power button until the init obeys. */
  powerOff(limitMs?: number): Promise<{ readonly verdict: string; readonly reason: string }>;
}

export interface SuiteLine {
  readonly uptimeSeconds: number;
  readonly subject: string;
  readonly name: string;
  readonly event: string;
  readonly detail: string;
}

/** One behaviour; throws what it saw instead. */
export interface GuestCase {
  /** A sentence. */
  readonly name: string;
  readonly run: (guest: SuiteGuest) => Promise<void>;
}

/** Waits for a state line, as `service redis ready`; a number is the part of the detail that comes first. */
export async function line(guest: SuiteGuest, text: string, limitMs = 90_000): Promise<SuiteLine> {
  const found = await guest.waitFor((candidate) => begins(candidate, text), AbortSignal.timeout(limitMs));
  if (found !== undefined) return found.line;
  throw new Error(`no line \`${text}\` within ${limitMs / 1000} s; the end of the console:\n${guest.consoleTail(40).join('\n')}`);
}

/** All state lines so far that begin so, oldest first. */
export function lines(guest: SuiteGuest, text: string): readonly SuiteLine[] {
  return guest.stateLines().filter((candidate) => begins(candidate, text));
}

/** `service redis exited 137`. */
export function spell({ subject, name, event, detail }: SuiteLine): string {
  return [subject, name, event, detail].filter((part) => part !== '').join(' ');
}

/** Runs a command in the guest as root; throws where it fails. */
export async function inGuest(guest: SuiteGuest, command: string): Promise<string> {
  const { output, code } = await guest.agent(`sh ${command}`);
  if (code !== 0) throw new Error(`\`${command}\` ended with ${code} in the guest:\n${output}`);
  return output.trim();
}

function begins(candidate: SuiteLine, text: string): boolean {
  return `${spell(candidate)} `.startsWith(`${text} `);
}
