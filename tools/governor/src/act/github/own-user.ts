import { Failure } from '@moby/model';
import { needed, numberAt, textAt } from './answers.ts';
import type { GitHubApi } from './github-api.ts';

/** Who we are at the forge: a person by their number; an App by the login of its bot, which no person can have. */
export interface ForgeUser {
  readonly id?: number;
  readonly login: string;
  /** Of an App: only one's own check runs can be changed. */
  readonly appSlug?: string;
}

/** `name`: the login of the App's bot, as `github-actions[bot]`, which the API doesn't tell an App. */
export async function ownUser(api: GitHubApi, name: string | undefined): Promise<ForgeUser> {
  if (name !== undefined) return namedUser(name);
  try {
    const { body } = await api.get('/user');
    return { id: needed(numberAt(body, 'id'), 'number of the user'), login: needed(textAt(body, 'login'), 'login of the user') };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'denied') throw error;
    throw new Failure({
      code: 'denied',
      message: `${error.message}: whose token this is can't be asked`,
      hints: [
        'name the bot of the App: --as github-actions[bot] for the token of a workflow, --as NAME[bot] for another App',
        ...error.hints,
      ],
    });
  }
}

function namedUser(name: string): ForgeUser {
  const slug = /^([a-z0-9](?:[a-z0-9-]{0,98}))\[bot\]$/.exec(name)?.[1];
  if (slug !== undefined) return { login: name, appSlug: slug };
  throw new Failure({
    code: 'usage',
    message: `\`${name.slice(0, 200)}\` is no bot of an App`,
    hints: ['as github-actions[bot]; a person is known by their token'],
  });
}

/** Whether an element of a list has this user as its author. */
export function isUser(element: unknown, { id, login }: ForgeUser): boolean {
  if (id !== undefined) return numberAt(element, 'user', 'id') === id;
  return textAt(element, 'user', 'type') === 'Bot' && textAt(element, 'user', 'login') === login;
}
