import type { Line } from '../src/reporter/line.ts';
import { openTerminal } from '../src/reporter/terminal.ts';

/** Lines as a pipe gets them. */
export function plain(lines: readonly Line[]): string {
  return written({}, (terminal) => lines.forEach(terminal.data.line));
}

/** What is written to stdout and stderr, together. */
export function written(
  options: { readonly isTTY?: boolean; readonly columns?: number; readonly environment?: Readonly<Record<string, string>> },
  write: (terminal: ReturnType<typeof openTerminal>) => void,
): string {
  let text = '';
  const { environment = {}, ...stream } = options;
  const sink = { ...stream, write: (part: string) => (text += part) };
  write(openTerminal({ stdout: sink, stderr: sink, environment }));
  return text;
}
