/**
 * Writes the pages of docs/reference that follow from the program: `node -C source tools/cli/generate-reference.ts`.
 * With `--check` nothing is written, and the exit code is 1 where a page is not current.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { commandsPage } from './reference/commands-page.ts';
import { exitCodesPage } from './reference/exit-codes-page.ts';
import { governanceRulesPages } from './reference/governance-rules-pages.ts';
import { messagesPage } from './reference/messages-page.ts';
import { refusalsPage } from './reference/refusals-page.ts';
import { rulesPages } from './reference/rules-pages.ts';

const folder = new URL('../../docs/reference/', import.meta.url);

/** File name → what it must hold. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'commands.md': commandsPage(),
    'exit-codes.md': exitCodesPage(),
    'messages.md': messagesPage(),
    'registry-refusals.md': refusalsPage(),
    ...rulesPages(),
    ...governanceRulesPages(),
  };
}

if (import.meta.main) {
  for (const pages of ['rules/', 'governance-rules/']) mkdirSync(new URL(pages, folder), { recursive: true });
  for (const [name, text] of Object.entries(referencePages())) {
    const file = new URL(name, folder);
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) process.exitCode = 1;
  }
}
