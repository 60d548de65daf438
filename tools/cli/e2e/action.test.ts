import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from '@moby/model';
import { checkout, compileCache, documentFindings, pinnedNode, runCli, scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { git } from '../../governor/test/collect/native-git.ts';
import { startLocalGitHub, type LocalGitHub } from '../../governor/test/github/local-github.ts';

type Node = Readonly<Record<string, unknown>>;

interface Step {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description?: string; readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Workflow {
  readonly on: Node;
  readonly permissions: Node;
  readonly jobs: Readonly<Record<string, { readonly permissions: Node; readonly steps: readonly Step[] }>>;
}

async function yaml<Form>(file: string, isForm: (value: unknown) => value is Form): Promise<Form> {
  const read = await readYaml({ file, text: readFileSync(join(checkout, file), 'utf8'), plain: true });
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  const { value } = read.value;
  if (!isForm(value)) throw new Error(`${file} is something else`);
  return value;
}

function isAction(value: unknown): value is Action {
  return typeof value === 'object' && value !== null && 'inputs' in value && 'runs' in value;
}

function isWorkflow(value: unknown): value is Workflow {
  return typeof value === 'object' && value !== null && 'on' in value && 'jobs' in value;
}

const action = await yaml('action.yml', isAction);
const workflow = await yaml('.github/workflows/review.yml', isWorkflow);
const expressions = (value: unknown): readonly string[] =>
  [...JSON.stringify(value ?? '').matchAll(/\$\{\{\s*(.*?)\s*\}\}/g)].map(([, expression = '']) => expression);

describe('the action', () => {
  test('has every input said and used, and knows no other', () => {
    const used = [...JSON.stringify(action.runs).matchAll(/\binputs\.([a-z]+)/g)].map(([, name = '']) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(action.inputs).sort());
    for (const { description = '', required, default: otherwise } of Object.values(action.inputs)) {
      expect(description.length).toBeGreaterThan(10);
      expect(required === true).toBe(otherwise === undefined);
    }
  });

  test('puts nothing into its scripts: what somebody else has written comes in the environment', () => {
    for (const { run = '', env = {} } of action.runs.steps) {
      expect(expressions(run)).toEqual([]);
      expect(Object.values(env).filter((value) => !/^\$\{\{ inputs\.[a-z]+ \}\}$/.test(value))).toEqual([]);
    }
  });

  test('is used with inputs that it has', () => {
    const uses = Object.values(workflow.jobs).flatMap(({ steps }) => steps.filter(({ uses: used }) => used === './'));
    expect(uses.map(({ with: inputs }) => inputs?.['step'])).toEqual(['judge', 'post']);
    for (const { with: inputs = {} } of uses) {
      expect(Object.keys(inputs).filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([]);
      const required = Object.entries(action.inputs).filter(([, { required: isRequired }]) => isRequired === true);
      expect(required.filter(([name]) => inputs[name] === undefined)).toEqual([]);
    }
  });
});

describe('the workflow', () => {
  test('judges without a token that writes, and shows without the power to change the library', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.fromEntries(Object.entries(workflow.jobs).map(([name, { permissions }]) => [name, permissions]))).toEqual({
      judge: { contents: 'read', 'pull-requests': 'read', checks: 'read' },
      post: { contents: 'read', checks: 'write', issues: 'write', 'pull-requests': 'write' },
    });
  });

  test('runs the base’s files only: no head is checked out, and what others wrote is pinned', () => {
    expect(Object.keys(workflow.on)).toEqual(['pull_request_target', 'workflow_dispatch']);
    for (const { uses = '', run, with: inputs = {} } of Object.values(workflow.jobs).flatMap(({ steps }) => steps)) {
      expect(run).toBeUndefined();
      expect(uses).toMatch(/^(?:\.\/|actions\/[a-z-]+@[0-9a-f]{40})$/);
      if (!uses.startsWith('actions/checkout@')) continue;
      expect(inputs).toEqual({ 'persist-credentials': false });
    }
    const ofEvents = expressions(workflow).filter((expression) => expression.includes('github.event'));
    expect([...new Set(ofEvents)]).toEqual(['github.event.pull_request.number || inputs.number']);
  });
});

/** `data` is what was written to stdout, `text` what to stderr. */
interface Ran {
  readonly code: number;
  readonly text: string;
  readonly data: string;
}

interface Runner {
  readonly folder: string;
  readonly server: LocalGitHub;
  readonly head: string;
}

const token = 'ghs_0123456789abcdefghij';
const bot = { id: 41, login: 'github-actions[bot]', type: 'Bot' } as const;

/** A library at `owner/library` with the pull request 7, of which GitHub's server and its API are local. */
async function runner(change: (work: string) => void): Promise<Runner & { readonly base: string; close(): Promise<void> }> {
  const folder = scratchFolder();
  const [bare, work] = [join(folder, 'server/owner/library'), join(folder, 'work')];
  mkdirSync(work);
  git(work, 'init', '--quiet');
  cpSync(join(checkout, 'components/tini'), join(work, 'components/tini'), { recursive: true });
  const commit = (): string => {
    git(work, 'add', '.');
    git(work, 'commit', '--quiet', '--signoff', '-m', 'a change');
    return git(work, 'rev-parse', 'HEAD').trim();
  };
  const base = commit();
  git(folder, 'clone', '--quiet', '--bare', work, bare);
  change(work);
  const head = commit();
  git(work, 'push', '--quiet', bare, 'HEAD:refs/pull/7/head');
  const server = await startLocalGitHub({ token, user: bot, head, target: base });
  return { folder, server, head, base, close: async () => server.close() };
}

/** The program where the action's scripts look for it; the launcher itself would install dependencies, under the feet of other tests. */
function actionFolder(folder: string): string {
  const program = `exec '${pinnedNode()}' '${join(checkout, 'tools/cli/bin/run.js')}' "$@"`;
  writeFileSync(join(folder, 'moby-compose'), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  return folder;
}

/** Runs the action's steps as a runner does: conditions, inputs with their defaults, and scripts in bash. */
async function runAction({ folder, server }: Runner, given: Readonly<Record<string, string>>): Promise<Ran> {
  const defaults: Readonly<Record<string, string>> = { 'github.repository': 'owner/library', 'github.token': token };
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: otherwise = '' }]) => [
      name,
      given[name] ?? otherwise.replace(/^\$\{\{ (.*) \}\}$/, (_, expression: string) => defaults[expression] ?? 'unknown'),
    ]),
  );
  const holds = (condition: string): boolean => {
    const [name, operator, value] = /^inputs\.step (==|!=) '([a-z]+)'(?: && inputs\.step != '([a-z]+)')?$/.exec(condition)?.slice(0) ?? [];
    if (name === undefined) throw new Error(`a condition that the test doesn't know: ${condition}`);
    return operator === '==' ? inputs['step'] === value : inputs['step'] !== 'judge' && inputs['step'] !== 'post';
  };
  let [text, data] = ['', ''];
  for (const { if: condition = '', run = '', env = {} } of action.runs.steps.filter((step) => holds(step.if ?? ''))) {
    expect(condition).not.toBe('');
    const own = Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/^\$\{\{ inputs\.([a-z]+) \}\}$/, (_, input: string) => inputs[input] ?? ''),
    ]);
    const script = join(folder, 'script.sh');
    writeFileSync(script, run);
    const environment = {
      PATH: `${join(pinnedNode(), '..')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      NODE_COMPILE_CACHE: compileCache,
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: actionFolder(folder),
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: `file://${join(folder, 'server')}`,
      GITHUB_OUTPUT: join(folder, 'output'),
      RUNNER_TEMP: folder,
      ...Object.fromEntries(own),
    };
    const ran = await new Promise<{ readonly code: number; readonly text: string }>((resolve, reject) => {
      const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
        cwd: folder,
        env: environment,
        timeout: 120_000,
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (data += piece));
      child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
      child.on('error', reject).on('close', (code) => resolve({ code: code ?? -1, text: said }));
    });
    text += ran.text;
    expect(text + data).not.toContain(token);
    if (ran.code !== 0) return { code: ran.code, text, data };
  }
  return { code: 0, text, data };
}

describe('the action’s own scripts', () => {
  test('judge a pull request and show the report, and a second time nothing changes', async () => {
    const world = await runner((work) => {
      const file = join(work, 'components/tini/0.19/package.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"version": "', '"version": "v'));
    });
    try {
      expect(await runAction(world, { step: 'judge', number: '7' })).toMatchObject({ code: 0, data: '' });
      expect(readFileSync(join(world.folder, 'output'), 'utf8')).toBe('verdict=fail\n');
      const report: Node = JSON.parse(readFileSync(join(world.folder, 'report.json'), 'utf8'));
      expect(documentFindings('review-report', report)).toEqual([]);
      expect(report).toMatchObject({ verdict: 'fail', head: world.head, base: world.base });
      for (const said of ['up to date', 'as it was']) {
        const posted = await runAction(world, { step: 'post', number: '7' });
        expect(posted).toMatchObject({ code: 0, data: `check: ${said}\ncomment: ${said}\nlabels: ${said}\n` });
      }
      expect(world.server.checkRuns).toMatchObject([{ head_sha: world.head, conclusion: 'failure', status: 'completed' }]);
      expect(world.server.comments).toHaveLength(1);
      expect(world.server.onPullRequest).toEqual(['review: fail']);
    } finally {
      await world.close();
    }
  });

  test('show nothing that isn’t a report, and nothing about another head', async () => {
    const world = await runner((work) => appendFileSync(join(work, 'components/tini/README.md'), 'More.\n'));
    try {
      await runAction(world, { step: 'judge', number: '7' });
      const file = join(world.folder, 'report.json');
      const report: Node = JSON.parse(readFileSync(file, 'utf8'));
      const dry = await runCli(['review', 'post', '--report', file, '--github', 'owner/library#7', '--dry-run']);
      expect(JSON.parse(dry.stdout)).toMatchObject({ requests: [{ method: 'POST', path: '/repos/owner/library/check-runs' }, {}, {}, {}] });
      writeFileSync(file, JSON.stringify({ ...report, verdict: 'pass', cause: { kind: 'io', message: 'x' } }));
      expect(await runAction(world, { step: 'post', number: '7' })).toMatchObject({
        code: 1,
        text: expect.stringContaining('report.json'),
      });
      writeFileSync(file, JSON.stringify(report));
      world.server.head = 'd'.repeat(40);
      expect(await runAction(world, { step: 'post', number: '7' })).toMatchObject({
        code: 1,
        text: expect.stringContaining('review it anew'),
      });
      expect(world.server.requests.filter((line) => !line.startsWith('GET '))).toEqual([]);
      expect(await runAction(world, { step: 'merge', number: '7' })).toMatchObject({ code: 2 });
      expect(await runAction(world, { step: 'judge', number: '7; touch x' })).toMatchObject({
        code: 2,
        text: expect.stringContaining('is no pull request'),
      });
    } finally {
      await world.close();
    }
  });
});
