import type { Diagnostic } from '@moby/model';
import { answerAgain } from './answer-again.ts';
import { atHand, invocationOf, withInvocation } from './invocation.ts';
import { isOutcome, type Outcome } from './outcome.ts';
import { openTerminal, type Terminal } from './reporter/terminal.ts';
import { wantsJson } from './wants-json.ts';

/**
 * The program: `argv` without Node and script, `root` the folder of this package. Prints what the command returned or
 * threw, and sets the process's exit code, once; nobody calls `process.exit`, which would cut off what is not written yet.
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  // Whoever read the other end has seen enough (`| head`).
  process.stderr.on('error', () => undefined);
  const terminal = openTerminal({ stdout: process.stdout, stderr: process.stderr, environment: process.env });
  const json = wantsJson(argv);
  try {
    const result: unknown = (await answerAgain(argv)) ?? (await runCommand(argv, root));
    if (isOutcome(result)) process.exitCode = await printOutcome(result, { terminal, json });
  } catch (error) {
    process.exitCode = await printError(error, { terminal, json, argv, root });
  }
}

async function runCommand(argv: readonly string[], root: string): Promise<unknown> {
  const [{ run }, { settings }] = await Promise.all([import('@oclif/core/run'), import('@oclif/core/settings')]);
  // Sources run as they are, whatever NODE_ENV says: oclif must not look for a transpiler.
  settings.enableAutoTranspile = false;
  return run([...argv], { root });
}

interface Print {
  readonly terminal: Terminal;
  readonly json: boolean;
}

async function printOutcome(outcome: Outcome, { terminal, json }: Print): Promise<number> {
  if (outcome.kind === 'done') {
    if (json || outcome.isDocument === true) terminal.data.document(outcome.value);
    else {
      for (const line of outcome.lines) terminal.data.line(line);
      const invocation = invocationOf(process.env);
      for (const line of outcome.next ?? [])
        terminal.talk.line(
          line.map((span) =>
            typeof span === 'string' ? withInvocation(span, invocation) : { ...span, text: withInvocation(span.text, invocation) },
          ),
        );
    }
    return outcome.exitCode ?? 0;
  }
  const { renderTrouble, troubleDocument } = await import('./reporter/render-trouble.ts');
  if (json) terminal.data.document(outcome.value ?? troubleDocument(outcome));
  else for (const line of renderTrouble(withHintsAtHand(outcome))) terminal.talk.line(line);
  return outcome.exitCode ?? 1;
}

async function printError(
  thrown: unknown,
  { terminal, json, argv, root }: Print & { readonly argv: readonly string[]; readonly root: string },
): Promise<number> {
  const [{ describeError }, { renderTrouble, troubleDocument }, { Config }] = await Promise.all([
    import('./reporter/describe-error.ts'),
    import('./reporter/render-trouble.ts'),
    import('@oclif/core/config'),
  ]);
  const config = await Config.load({ root });
  const trouble = describeError(thrown, { commands: config.commandIDs.map((id) => id.replaceAll(':', ' ')), argv });
  if (json) terminal.data.document(troubleDocument(trouble));
  if (!json || trouble.stack !== undefined) for (const line of renderTrouble(withHintsAtHand(trouble))) terminal.talk.line(line);
  return trouble.exitCode;
}

/** Hints with the commands as this person types them. */
function withHintsAtHand<T extends { readonly hints: readonly string[]; readonly findings: readonly Diagnostic[] }>(trouble: T): T {
  const invocation = invocationOf(process.env);
  return { ...atHand(trouble, invocation), findings: trouble.findings.map((finding) => atHand(finding, invocation)) };
}
