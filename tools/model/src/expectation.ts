import type { SeenExpectation } from './artifact.ts';

/** What is seen of a machine from outside, as assemblies and components write it. */
export interface SeenExpectationJson {
  readonly tcp?: number;
  readonly send?: string;
  readonly receive?: string;
  readonly http?: number;
  readonly path?: string;
  readonly status?: number;
  readonly body?: string;
  readonly console?: string;
}

/** An entry of a component's `expect`. */
export interface ComponentExpectationJson extends SeenExpectationJson {
  readonly run?: readonly string[];
  readonly output?: string;
  readonly within?: string;
}

export type ComponentExpectation = SeenExpectation | RunExpectation;

/** A program that is run in a root with the component and what it requires, and ends with 0. */
export interface RunExpectation {
  readonly kind: 'run';
  readonly args: readonly string[];
  /** What it prints, somewhere. */
  readonly output?: string;
  readonly withinMs: number;
}

const defaultWithin = '60s';
const kinds = ['tcp', 'http', 'console', 'run'] as const;
/** Keys that belong to one kind alone. */
const companions: Readonly<Record<string, (typeof kinds)[number]>> = {
  send: 'tcp',
  receive: 'tcp',
  path: 'http',
  status: 'http',
  body: 'http',
  output: 'run',
};

/** An entry of `expect`, or what is wrong with it. */
export function readComponentExpectation(json: ComponentExpectationJson): ComponentExpectation | string {
  const kind = kinds.find((one) => json[one] !== undefined);
  if (kind === undefined || kinds.filter((one) => json[one] !== undefined).length > 1)
    return 'an expectation has exactly one of `tcp`, `http`, `console` and `run`';
  const stray = Object.keys(json).find((key) => companions[key] !== undefined && companions[key] !== kind);
  if (stray !== undefined) return `\`${stray}\` is for \`${companions[stray]}\`, and this is \`${kind}\``;
  const withinMs = withinOf(json.within ?? defaultWithin);
  if (json.run === undefined) return readSeenExpectation(json, withinMs);
  return { kind: 'run', args: json.run, ...(json.output === undefined ? {} : { output: json.output }), withinMs };
}

/** `90s` or `5m` in ms. */
export function withinOf(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('m') ? 60_000 : 1000);
}

export function readSeenExpectation(json: SeenExpectationJson, withinMs: number): SeenExpectation | string {
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
