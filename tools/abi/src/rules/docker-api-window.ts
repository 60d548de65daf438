import type { Edge } from '../edge.ts';
import { contractEnd, type ContractEnd, type ContractSubject, nameOfEnd } from './contract-end.ts';
import type { Rule } from './rule.ts';

export const dockerApiWindow: Rule<ContractSubject> = {
  id: 'docker.api-window',
  title: 'an engine and its client have a version of the API in common',
  why:
    'A client speaks the newest version of the API that both know. An engine refuses what is older than its minimum, "client version 1.41 is too old", and a client what is older than its own. ' +
    'Both numbers differ from one patch release to the next: 29.0 raised the minimum to 1.44, 29.3 lowered it to 1.40. A version that DOCKER_API_VERSION forces is taken as it is.',
  levels: {
    ok: 'the newest version that both know is at least the minimum of both',
    error: 'it is below the minimum of one of them, or the forced one is outside of what the engine answers',
    unknown: 'one of the two declares no window, as `>=1.24 <=1.51`',
  },
  references: [
    'moby api/common.go and daemon/config, DefaultAPIVersion and MinAPIVersion at each tag',
    'docker CLI cli/command/cli.go, negotiateAPIVersion',
  ],
  isPair: true,
  examples: {
    fails: 'docker CLI 20.10.24, whose API ends at 1.41, with an engine 29.0.0, whose begins at 1.44',
    passes: 'docker CLI 20.10.24 with an engine 28.5.2: they speak 1.41',
  },
  check: ({ ends }) => {
    const engines = ends.filter(({ provides }) => provides[api] !== undefined);
    return ends.flatMap((client) => (client.requires[api] === undefined ? [] : judgeClient(client, engines)));
  },
};

const api = 'api:docker';
const forcing = 'DOCKER_API_VERSION';

/** One engine that the client can speak to is enough. */
function judgeClient(client: ContractEnd, engines: readonly ContractEnd[]): readonly Edge[] {
  const edges = engines.map((engine) => judge(client, engine));
  const met = edges.filter(({ verdict }) => verdict === 'ok');
  return met.length > 0 ? met : edges;
}

function judge(client: ContractEnd, engine: ContractEnd): Edge {
  const [spoken, answered] = [windowOf(client.requires[api] ?? ''), windowOf(engine.provides[api] ?? '')];
  const ends = { from: contractEnd(client, `requires ${api}`), by: contractEnd(engine, `provides ${api}`) };
  const base = { rule: 'docker.api-window', root: client.root, ...ends } as const;
  if (spoken === undefined || answered === undefined) {
    const silent = nameOfEnd(spoken === undefined ? client : engine);
    const hints = [`declare it as \`>=1.24 <=1.51\` under \`${api}\``];
    const sentence = `nobody knows from which to which version of the API ${silent} goes`;
    return { ...base, verdict: 'unknown', evidence: 'assumed', need: `the API of ${nameOfEnd(client)}`, sentence, hints };
  }
  const forced = numbersOf(client.env[forcing] ?? '');
  const chosen = forced ?? least(spoken.to, answered.to);
  const fits =
    compare(chosen, answered.from) >= 0 && compare(chosen, answered.to) <= 0 && (forced !== undefined || compare(chosen, spoken.from) >= 0);
  const need = forced === undefined ? shown(spoken) : `${text(forced)} (${forcing})`;
  const offer = shown(answered);
  const sentence = fits
    ? `${nameOfEnd(client)} and ${nameOfEnd(engine)} speak version ${text(chosen)} of the API`
    : `${nameOfEnd(client)} speaks the API ${need}; ${nameOfEnd(engine)} answers ${offer}`;
  const edge = { ...base, verdict: fits ? 'ok' : 'error', evidence: 'declared', need: `the API ${need}`, offer, sentence } as const;
  if (fits || forced === undefined) return edge;
  // No other version of either would help: what is forced stands in the environment.
  const { by: _by, ...alone } = edge;
  return { ...alone, hints: [`leave out ${forcing}, and they agree by themselves`] };
}

type Numbers = readonly [major: number, minor: number];

interface ApiWindow {
  readonly from: Numbers;
  readonly to: Numbers;
}

/** `>=1.24 <=1.51`; the API has two numbers, so that `1.5` is before `1.24`. */
function windowOf(range: string): ApiWindow | undefined {
  const match = /^>=(\d+\.\d+)(?:\.0)? <=(\d+\.\d+)(?:\.0)?$/.exec(range);
  const [from, to] = [numbersOf(match?.[1] ?? ''), numbersOf(match?.[2] ?? '')];
  return from === undefined || to === undefined ? undefined : { from, to };
}

function numbersOf(version: string): Numbers | undefined {
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1];
}

function least(a: Numbers, b: Numbers): Numbers {
  return compare(a, b) <= 0 ? a : b;
}

function text([major, minor]: Numbers): string {
  return `${major}.${minor}`;
}

function shown({ from, to }: ApiWindow): string {
  return `${text(from)} to ${text(to)}`;
}
