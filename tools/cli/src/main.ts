import { run, settings } from '@oclif/core';

/**
 * The program: `argv` without Node and script, `root` the folder of this package. Sets the process's exit code, once;
 * nobody calls `process.exit`, which would cut off what is not written yet.
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  // Sources run as they are, whatever NODE_ENV says: oclif must not look for a transpiler.
  settings.enableAutoTranspile = false;
  try {
    await run([...argv], { root });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function exitCodeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 70;
  if ('oclif' in error && typeof error.oclif === 'object' && error.oclif !== null && 'exit' in error.oclif) return Number(error.oclif.exit);
  return 'exitCode' in error ? Number(error.exitCode) : 70;
}
