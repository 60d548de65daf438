import { openHttp, proxySettings, type Environment, type HttpClient } from '@moby/content';
import { openGitHubApi, type GitHubApi } from '@moby/governor/act';
import { Failure } from '@moby/model';
import type { Session } from '../session.ts';

/** GitHub as the environment names it, and its connections. */
export interface OpenForge {
  readonly api: GitHubApi;
  /** The login of the App's bot, where the token is that of a workflow. */
  readonly bot: string | undefined;
  readonly onPause: (ms: number) => void;
  close(): void;
}

const silenceMs = 30_000;
/** What a workflow's own token makes is signed by it. */
const botOfWorkflows = 'github-actions[bot]';

/** The token comes from the environment, where no list of processes shows it. Throws `usage`. */
export function openForge(environment: Environment, address: string | undefined, { reporter }: Session): OpenForge {
  const token = environment['GITHUB_TOKEN'] ?? '';
  if (token === '')
    throw new Failure({
      code: 'usage',
      message: 'GITHUB_TOKEN isn’t set, and nobody is let in without a token',
      hints: [
        'in a workflow: env: GITHUB_TOKEN: ${{ github.token }}',
        'what would be sent is shown without one: moby-compose review post --dry-run',
      ],
    });
  const http: HttpClient = openHttp({ proxy: proxySettings(environment, new Map()), silenceMs });
  const onPause = (ms: number): void => reporter.wait('github', `asked again in ${Math.ceil(ms / 1000)} s`);
  const url = address ?? environment['GITHUB_API_URL'] ?? 'https://api.github.com';
  return {
    api: openGitHubApi({ url, token, http, onPause }),
    bot: environment['GITHUB_ACTIONS'] === 'true' ? botOfWorkflows : undefined,
    onPause,
    close: () => http.close(),
  };
}
