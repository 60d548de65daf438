import type { LocalCheckRun, LocalCommit, LocalForge, LocalPerson, LocalState, Permission } from './local-github.ts';
import { checkRunFaults, isRecord, shapeFaults, shapes, type ShapeFault } from './shapes.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes out page by page; `wrap`: within an object, under this name. */
  readonly list?: readonly unknown[];
  readonly wrap?: string;
}

interface Asked {
  readonly at: URL;
  readonly parameters: readonly string[];
  readonly body: unknown;
}

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  /** What a token needs for it; what is read here, everybody may read. */
  readonly permission?: Permission;
  readonly answer: (asked: Asked) => Answer;
}

export function routesOf(forge: LocalForge, state: LocalState): readonly Route[] {
  return [
    ...checkRoutes(forge, state),
    ...commentRoutes(forge, state),
    ...labelRoutes(state),
    ...readRoutes(forge, state),
    ...historyRoutes(forge),
  ];
}

function route(line: string, answer: Route['answer'], permission?: Permission): Route {
  const [method = '', path = ''] = line.split(' ');
  const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '([^/]+)')}$`);
  return { method, pattern, answer, ...(permission === undefined ? {} : { permission }) };
}

const home = '/repos/owner/library';

function checkRoutes(forge: LocalForge, { checkRuns, head }: LocalState): readonly Route[] {
  const app = /^(.+)\[bot\]$/.exec(forge.user.login)?.[1];
  const isApp = app !== undefined;
  const change = (run: LocalCheckRun, body: Readonly<Record<string, unknown>>): Answer => {
    const { status, conclusion, output } = body;
    if (typeof status === 'string') run.status = status;
    if (typeof conclusion === 'string') [run.conclusion, run.status] = [conclusion, 'completed'];
    if (isRecord(output)) {
      [run.title, run.summary, run.text] = [String(output['title']), String(output['summary']), textOr(output['text'], run.text)];
      // Annotations are added to those that are there; nothing takes one away.
      run.annotations.push(...(Array.isArray(output['annotations']) ? output['annotations'] : []));
    }
    return { status: 200, body: shownRun(run) };
  };
  return [
    route(`GET ${home}/commits/*/check-runs`, ({ at, parameters: [ref] }) => {
      const name = at.searchParams.get('check_name');
      const found = checkRuns.filter((run) => run.head_sha === ref && (name === null || run.name === name));
      const isLatest = (run: LocalCheckRun): boolean =>
        !found.some((other) => other.name === run.name && other.app === run.app && other.id > run.id);
      const list = at.searchParams.get('filter') === 'all' ? found : found.filter(isLatest);
      return { status: 200, list: list.map(shownRun), wrap: 'check_runs' };
    }),
    route(
      `POST ${home}/check-runs`,
      ({ body }) => {
        if (!isApp) return failure(403, 'You must authenticate via a GitHub App.');
        const faults = [...shapeFaults(body, shapes.createCheckRun), ...checkRunFaults(body)];
        if (faults.length > 0 || !isRecord(body)) return invalid(faults);
        if (body['head_sha'] !== head) return failure(422, `No commit found for SHA: ${String(body['head_sha'])}`);
        const run: LocalCheckRun = {
          id: 1000 + checkRuns.length,
          name: String(body['name']),
          head_sha: head,
          external_id: textOr(body['external_id'], '') ?? '',
          status: 'queued',
          conclusion: null,
          title: '',
          summary: '',
          text: null,
          annotations: [],
          app,
        };
        checkRuns.push(run);
        return { ...change(run, body), status: 201 };
      },
      'checks',
    ),
    route(
      `PATCH ${home}/check-runs/*`,
      ({ parameters: [id], body }) => {
        const run = checkRuns.find((one) => String(one.id) === id);
        if (run === undefined) return failure(404, 'Not Found');
        if (run.app !== app) return failure(403, 'Invalid app_id `1` - check run can only be modified by the GitHub App that created it.');
        const faults = [...shapeFaults(body, shapes.updateCheckRun), ...checkRunFaults(body)];
        return faults.length > 0 || !isRecord(body) ? invalid(faults) : change(run, body);
      },
      'checks',
    ),
  ];
}

function shownRun({ id, name, head_sha, external_id, status, conclusion, title, summary, text, annotations, app }: LocalCheckRun): unknown {
  const output = { title, summary, text, annotations_count: annotations.length, annotations_url: 'https://api.github.example/annotations' };
  return { id, name, head_sha, external_id, status, conclusion, output, app: { id: 1, slug: app }, pull_requests: [] };
}

function commentRoutes({ user }: LocalForge, { comments }: LocalState): readonly Route[] {
  return [
    route(`GET ${home}/issues/7/comments`, () => ({ status: 200, list: comments.map(shownComment) })),
    route(
      `POST ${home}/issues/7/comments`,
      ({ body }) => {
        const faults = shapeFaults(body, shapes.comment);
        if (faults.length > 0 || !isRecord(body)) return invalid(faults);
        const comment = { id: 5000 + comments.length, user, body: String(body['body']) };
        comments.push(comment);
        return { status: 201, body: shownComment(comment) };
      },
      'issues',
    ),
    route(
      `PATCH ${home}/issues/comments/*`,
      ({ parameters: [id], body }) => {
        const comment = comments.find((one) => String(one.id) === id);
        if (comment === undefined) return failure(404, 'Not Found');
        if (comment.user.id !== user.id) return failure(403, 'Must have admin rights to Repository.');
        const faults = shapeFaults(body, shapes.comment);
        if (faults.length > 0 || !isRecord(body)) return invalid(faults);
        comment.body = String(body['body']);
        return { status: 200, body: shownComment(comment) };
      },
      'issues',
    ),
  ];
}

function shownComment({ id, user, body }: LocalState['comments'][number]): unknown {
  return { id, body, user: shownUser(user), author_association: 'NONE', created_at: '2026-11-30T09:00:00Z' };
}

function labelRoutes({ labels, onPullRequest }: LocalState): readonly Route[] {
  const shown = (name: string): unknown => labels.get(name.toLowerCase()) ?? { name };
  return [
    route(`GET ${home}/labels/*`, ({ parameters: [name = ''] }) => {
      const label = labels.get(name.toLowerCase());
      return label === undefined ? failure(404, 'Not Found') : { status: 200, body: label };
    }),
    route(
      `POST ${home}/labels`,
      ({ body }) => {
        const faults = shapeFaults(body, shapes.createLabel);
        if (faults.length > 0 || !isRecord(body)) return invalid(faults);
        const name = String(body['name']);
        if (labels.has(name.toLowerCase())) return invalid([{ field: 'name', message: 'already_exists' }]);
        labels.set(name.toLowerCase(), body);
        return { status: 201, body };
      },
      'issues',
    ),
    route(`GET ${home}/issues/7/labels`, () => ({ status: 200, list: onPullRequest.map(shown) })),
    route(
      `POST ${home}/issues/7/labels`,
      ({ body }) => {
        const faults = shapeFaults(body, shapes.addLabels);
        if (faults.length > 0 || !isRecord(body) || !Array.isArray(body['labels'])) return invalid(faults);
        for (const name of body['labels'].map(String)) if (!onPullRequest.includes(name)) onPullRequest.push(name);
        return { status: 200, body: onPullRequest.map(shown) };
      },
      'issues',
    ),
    route(
      `DELETE ${home}/issues/7/labels/*`,
      ({ parameters: [name = ''] }) => {
        const index = onPullRequest.findIndex((label) => label.toLowerCase() === name.toLowerCase());
        if (index < 0) return failure(404, 'Label does not exist');
        onPullRequest.splice(index, 1);
        return { status: 200, body: onPullRequest.map(shown) };
      },
      'issues',
    ),
  ];
}

function readRoutes(forge: LocalForge, state: LocalState): readonly Route[] {
  const { user, author = { id: 11, login: 'ann' }, reviews = [], required = [], rules = [] } = forge;
  return [
    route('GET /user', () =>
      user.type === 'Bot' ? failure(403, 'Resource not accessible by integration') : { status: 200, body: shownUser(user) },
    ),
    route(`GET ${home}/pulls/7`, () => ({
      status: 200,
      body: {
        number: 7,
        state: 'open',
        draft: forge.draft === true,
        title: 'a change',
        body: null,
        user: shownUser(author),
        labels: state.onPullRequest.map((name) => ({ name })),
        head: { label: 'ann:change', ref: 'change', sha: state.head, repo: { full_name: 'ann/library' }, user: shownUser(author) },
        base: { label: 'owner:main', ref: 'main', sha: 'b'.repeat(40), repo: { full_name: 'owner/library' }, user: shownUser(author) },
      },
    })),
    route(`GET ${home}/pulls/7/reviews`, () => ({
      status: 200,
      list: reviews.map(({ user: reviewer, ...review }, index) => ({
        id: index,
        user: reviewer === null ? null : shownUser(reviewer),
        ...review,
      })),
    })),
    route(`GET ${home}/branches/main`, () => ({
      status: 200,
      body: {
        name: 'main',
        commit: { sha: forge.target ?? 'c'.repeat(40) },
        protected: required.length > 0,
        protection: { enabled: required.length > 0, required_status_checks: { contexts: required, checks: [] } },
      },
    })),
    route(`GET ${home}/rules/branches/main`, () => ({ status: 200, list: rules }), 'contents'),
    route('GET /repos/ann/library/activity', () => ({ status: 200, list: forge.activity ?? [] })),
    route('GET /search/issues', ({ at }) =>
      at.searchParams.get('q') === `repo:owner/library is:pr is:merged author:${author.login}`
        ? { status: 200, body: { total_count: forge.mergedChanges ?? 0, incomplete_results: false, items: [] } }
        : failure(422, 'Validation Failed'),
    ),
  ];
}

function historyRoutes({ files = [], history = [], target = 'c'.repeat(40) }: LocalForge): readonly Route[] {
  const below = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
  return [
    route(`GET ${home}/pulls/7/files`, () => ({
      status: 200,
      list: files.map((file) => ({
        ...(typeof file === 'string' ? { filename: file, status: 'modified' } : { ...file, status: 'renamed' }),
        sha: 'f'.repeat(40),
        additions: 1,
        deletions: 1,
        changes: 2,
      })),
    })),
    route(`GET ${home}/commits`, ({ at }) => {
      const path = at.searchParams.get('path') ?? '';
      if (at.searchParams.get('sha') !== target) return failure(404, 'Not Found');
      const found = history.filter(({ paths }) => paths.some((one) => below(one, path)));
      return { status: 200, list: found.map(shownCommit) };
    }),
    route(`GET ${home}/commits/*/pulls`, ({ parameters: [sha] }) => {
      const commit = history.find((one) => one.sha === sha);
      if (commit === undefined) return failure(422, `No commit found for SHA: ${String(sha)}`);
      const list = (commit.pulls ?? []).map(({ user, merged_at, base = 'owner/library:main' }, index) => {
        const [full_name, ref] = base.split(':');
        const state = merged_at === null ? 'open' : 'closed';
        return { number: 3 + index, state, user: user === null ? null : shownUser(user), merged_at, base: { ref, repo: { full_name } } };
      });
      return { status: 200, list };
    }),
    route(`GET ${home}/contents/components/*`, ({ at, parameters: [component] }) => {
      const folder = `components/${String(component)}`;
      const paths = history.flatMap((commit) => commit.paths).filter((path) => below(path, folder));
      if (at.searchParams.get('ref') !== target || paths.length === 0) return failure(404, 'Not Found');
      const entries = new Map(
        paths.map((path) => path.slice(folder.length + 1).split('/')).map(([name = '', ...rest]) => [name, rest.length]),
      );
      return {
        status: 200,
        body: [...entries].map(([name, depth]) => ({
          type: depth > 0 ? 'dir' : 'file',
          name,
          path: `${folder}/${name}`,
          sha: 'f'.repeat(40),
        })),
      };
    }),
  ];
}

function shownCommit({ sha, date = '2001-01-01T00:00:00Z' }: LocalCommit): unknown {
  const person = { name: 'somebody', email: 'somebody@example.com', date };
  return { sha, commit: { author: person, committer: person, message: 'a change' }, author: null, committer: null, parents: [] };
}

function shownUser({ id, login, type = 'User' }: LocalPerson): unknown {
  return { id, login, type, site_admin: false };
}

export function failure(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.example/rest', status: String(status) } };
}

function invalid(faults: readonly ShapeFault[]): Answer {
  const errors = faults.map(({ field, message }) => ({ resource: 'Local', code: 'custom', field, message: `${field} ${message}` }));
  return { status: 422, body: { message: 'Validation Failed', documentation_url: 'https://docs.github.example/rest', errors } };
}

function textOr(value: unknown, otherwise: string | null): string | null {
  return typeof value === 'string' ? value : otherwise;
}
