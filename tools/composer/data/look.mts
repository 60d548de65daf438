// What `component test` shows beside what is seen from outside: states of services, and what was found in a component's root.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

interface Service {
  readonly name: string;
  readonly isProbed: boolean;
  readonly address: string;
}

interface Root {
  readonly name: string;
  /** The container that looks into it. */
  readonly container: string;
  /** How many were looked for. */
  readonly files: number;
  readonly loads: readonly string[];
  readonly runs: readonly { readonly command: string; readonly output?: string }[];
  readonly address: string;
}

/** What something that was started has said, and how it ended; -1 where it never did. */
interface Ended {
  readonly output: string[];
  rc: number;
}

interface Seen {
  readonly missing: readonly string[];
  readonly loads: ReadonlyMap<string, Ended>;
  readonly runs: readonly Ended[];
}

const pauseMs = 250;
/** How long a service without a probe has to keep running. */
const steadyMs = 5000;
/** Of a list in a message. */
const mostLines = 20;
/** 128 and SIGKILL: how a program ends whose time is over. */
const killed = 137;

/** A service is up, and was started once; or it did its work, and ended. */
export function judgeService({ name, isProbed, address }: Service): void {
  void test(isProbed ? `${name} was started once` : `${name} keeps running`, async () => {
    if (!isProbed) await wait(steadyMs);
    const [state, rc, restarts] = await Promise.all(['state', 'rc', 'restarts'].map((file) => textOf(`${address}/state/${name}/${file}`)));
    if (state === 'stopped' && rc === '0') return;
    const log = await logOf(address, name);
    assert.ok(restarts === '0', withLast(`it was started again ${restarts} times`, log));
    assert.ok(state === 'ready' || state === 'running', withLast(`it is ${state}`, log));
  });
}

/** What lies in a root, what its files load, and what its programs say. */
export function judgeRoot({ name, container, files, loads, runs, address }: Root): void {
  let looked: Promise<Seen> | undefined;
  const seen = (): Promise<Seen> => (looked ??= look(address, container));
  if (files > 0)
    void test(`${name}: ${files === 1 ? 'its file is' : `its ${files} files are`} in place`, async () => {
      const { missing } = await seen();
      assert.ok(missing.length === 0, [`${missing.length} missing:`, ...missing.slice(0, mostLines).map((path) => `  ${path}`)].join('\n'));
    });
  if (loads.length > 0)
    void test(`${name}: ${loads.length === 1 ? 'its program or library' : `its ${loads.length} programs and libraries`} can be loaded`, async () => {
      const found = (await seen()).loads;
      const problems = loads.flatMap((path) => problemOf(path, found.get(path)));
      assert.ok(problems.length === 0, problems.slice(0, mostLines).join('\n'));
    });
  for (const [index, { command, output }] of runs.entries())
    void test(output === undefined ? `${command} ends with 0` : `${command} says ${output}`, async () => {
      const ended = (await seen()).runs[index];
      assert.ok(ended !== undefined, 'it was not run');
      assert.ok(ended.rc === 0, withLast(ended.rc === killed ? 'it did not end in time' : `it ended with ${ended.rc}`, ended.output));
      assert.ok(output === undefined || ended.output.join('\n').includes(output), withLast('it does not say that', ended.output));
    });
}

function problemOf(path: string, ended: Ended | undefined): readonly string[] {
  if (ended === undefined) return [`${path}: it was not loaded`];
  const lacking = ended.output.filter((line) => line.includes('not found')).map((line) => line.trim());
  if (lacking.length > 0) return [`${path}: ${lacking.join('; ')}`];
  return ended.rc === 0 ? [] : [withLast(`${path}: the loader ended with ${ended.rc}`, ended.output)];
}

/** Waits for the end of a look; the test as a whole is bounded. */
async function look(address: string, container: string): Promise<Seen> {
  for (;;) {
    const state = await textOf(`${address}/state/${container}/state`);
    const log = await logOf(address, container);
    if (log.includes('looked')) return readLook(log);
    assert.ok(state !== 'stopped' && state !== 'failed', withLast('the look into its root ended too early', log));
    await wait(pauseMs);
  }
}

/** The log of a look: what is missing, and what was loaded and run. What these have said is behind a blank. */
export function readLook(log: readonly string[]): Seen {
  const missing: string[] = [];
  const loads = new Map<string, Ended>();
  const runs: Ended[] = [];
  let last: Ended = { output: [], rc: -1 };
  const begin = (): Ended => (last = { output: [], rc: -1 });
  for (const line of log) {
    if (line.startsWith(' ')) last.output.push(line.slice(1));
    else if (line.startsWith('missing ')) missing.push(line.slice('missing '.length));
    else if (line.startsWith('rc ')) last.rc = Number(line.slice('rc '.length));
    else if (line.startsWith('load ')) loads.set(line.slice('load '.length), begin());
    else if (line === 'run') runs.push(begin());
  }
  return { missing, loads, runs };
}

async function logOf(address: string, container: string): Promise<readonly string[]> {
  return (await textOf(`${address}/log/${container}`)).split('\n');
}

/** Empty where there is no such file. */
async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  return answer.ok ? (await answer.text()).replace(/\n$/, '') : '';
}

function withLast(what: string, lines: readonly string[]): string {
  const last = lines.filter((line) => line !== '').slice(-mostLines);
  return last.length === 0
    ? `${what}, and said nothing`
    : [`${what}; the last that it said:`, ...last.map((line) => `  ${line}`)].join('\n');
}
