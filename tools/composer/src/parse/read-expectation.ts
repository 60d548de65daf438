import { basename, resolve } from 'node:path';
import type { Place } from '@moby/model';
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
  const withinMs =
    json.within === undefined ? defaultRebootMs : Number.parseInt(json.within, 10) * (json.within.endsWith('m') ? 60_000 : 1000);
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
  return json.reboot === undefined ? readSeen(json, withinMs) : { kind: 'reboot', withinMs };
}

function readSeen(json: ExpectationJson, withinMs: number): AssemblyExpectation | string {
  if (json.tcp !== undefined) {
    if (json.receive === undefined) return 'a tcp expectation says what is to be received: `receive` is missing';
    return { kind: 'tcp', port: json.tcp, ...(json.send === undefined ? {} : { send: json.send }), receive: json.receive, withinMs };
  }
  if (json.http !== undefined) {
    const body = json.body === undefined ? {} : { body: json.body };
    return { kind: 'http', port: json.http, path: json.path ?? '/', status: json.status ?? 200, ...body, withinMs };
  }
  return { kind: 'console', contains: json.console ?? '', withinMs };
}
