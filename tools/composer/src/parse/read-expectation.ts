import { basename, resolve } from 'node:path';
import { readSeenExpectation, withinOf, type Place } from '@moby/model';
import type { AssemblyExpectation, ScriptWish } from './assembly.ts';
import type { ExpectationJson } from './assembly-json.ts';
import type { ParseSurroundings } from './parse-assembly.ts';

const kinds = ['tcp', 'http', 'console', 'script', 'reboot'] as const;
const defaultRebootMs = 180_000;
const maxScriptBytes = 1024 * 1024;

/** One entry of `expect`, or what is wrong with it. */
export async function readExpectation(
  json: ExpectationJson,
  { folder, place, surroundings }: { readonly folder: string; readonly place: Place; readonly surroundings: ParseSurroundings },
): Promise<AssemblyExpectation | string> {
  if (kinds.filter((kind) => json[kind] !== undefined).length !== 1)
    return 'an expectation has exactly one of `tcp`, `http`, `console`, `script` and `reboot`';
  const withinMs = json.within === undefined ? defaultRebootMs : withinOf(json.within);
  if ((json.payloads !== undefined || json.imports !== undefined) && json.script === undefined)
    return '`payloads` and `imports` are for a script';
  if (json.script !== undefined) {
    const contents = await surroundings.readFile(resolve(folder, json.script), maxScriptBytes);
    if (contents === undefined) return `\`${json.script}\` is not a readable file of at most ${maxScriptBytes} bytes`;
    const imports: ScriptWish['imports'][number][] = [];
    for (const file of json.imports ?? []) {
      const imported = await surroundings.readFile(resolve(folder, file), maxScriptBytes);
      if (imported === undefined) return `\`${file}\` is not a readable file of at most ${maxScriptBytes} bytes`;
      imports.push({ name: basename(file), contents: imported });
    }
    return { kind: 'script', script: json.script, contents, imports, payloads: json.payloads ?? [], withinMs, place };
  }
  return json.reboot === undefined ? readSeenExpectation(json, withinMs) : { kind: 'reboot', withinMs };
}
