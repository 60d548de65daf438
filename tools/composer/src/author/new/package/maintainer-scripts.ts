import { splitWords } from './split-words.ts';
import type { SystemUser } from './system-users.ts';
import { wantedPath, type WantedDirectory } from './wanted-directory.ts';

/** What maintainer scripts would do, as far as their text says it in so many words. */
export interface ScriptFindings {
  readonly users: readonly SystemUser[];
  readonly directories: readonly WantedDirectory[];
  /** Links that update-alternatives would make: link → target, both absolute. */
  readonly alternatives: Readonly<Record<string, string>>;
  /** Links that `ln -s` would make, both ends absolute: link → target. */
  readonly links: Readonly<Record<string, string>>;
}

/** Options of adduser(8), useradd(8), install(1) and mkdir(1) that take the next word. */
const takingOptions: ReadonlySet<string> = new Set(
  '--home --home-dir --shell --ingroup --gecos --comment --uid --gid --conf --groups --base-dir --key --mode --owner --group -d -s -g -G -u -c -k -m -o -b'.split(
    ' ',
  ),
);
const userName = /^[a-z_][a-z0-9_-]{0,31}$/;

/**
 * Reads scripts as text; nothing of them is run. A command is looked at wherever it stands, so a branch that is not taken
 * counts too; words with a value that the text does not give are passed over.
 */
export function readMaintainerScripts(scripts: readonly string[]): ScriptFindings {
  const users = new Map<string, SystemUser>();
  const directories: WantedDirectory[] = [];
  const alternatives: Record<string, string> = {};
  const links: Record<string, string> = {};
  for (const words of scripts.flatMap(commandsOf)) {
    const [command = '', ...rest] = words;
    const name = command.slice(command.lastIndexOf('/') + 1);
    if (name === 'adduser' || name === 'useradd') {
      const user = userOf(name, rest);
      if (user !== undefined && !users.has(user.name)) users.set(user.name, user);
    } else if (name === 'mkdir' || (name === 'install' && isDirectoryInstall(rest))) directories.push(...madeBy(rest));
    else if (name === 'chown') directories.push(...ownedBy(rest));
    else if (name === 'dpkg-statoverride') directories.push(...overriddenBy(rest));
    else if (name === 'ln' && rest.some((word) => /^-[a-z]*s/.test(word))) Object.assign(links, linkedBy(rest));
    else if (name === 'update-alternatives') Object.assign(alternatives, alternativesOf(rest));
  }
  return { users: [...users.values()], directories, alternatives, links };
}

/** Each command's words, with variables that are set to plain text in the same script put in. */
function commandsOf(script: string): readonly (readonly string[])[] {
  const text = script.replaceAll(/\\\n/g, ' ');
  const variables = new Map<string, string>();
  for (const match of text.matchAll(/^\s*(?:local\s+|export\s+)?([A-Za-z_]\w*)=(?:"([^"$`]*)"|'([^']*)'|([^\s"'$`;]*))\s*$/gm))
    if (match[1] !== undefined && !variables.has(match[1])) variables.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
  return text.split('\n').flatMap((line) =>
    line.startsWith('#')
      ? []
      : line
          .split(/;|&&|\|\||\||\bthen\b|\bdo\b|\belse\b/)
          .map((command) => splitWords(expand(command, variables)).map((word) => word.text))
          .map((words) => words.slice(words.findIndex((word) => !['if', '!', 'elif', 'while', '{', '('].includes(word)))),
  );
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, bare?: string) => {
    return variables.get(braced ?? bare ?? '') ?? whole;
  });
}

/** Words that are neither options nor their values, and no redirections. */
function positionals(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (takingOptions.has(word)) at += 1;
    else if (!/^(?:-|[0-9]*[<>])/.test(word)) found.push(word);
    else if (/^[0-9]*[<>]+$/.test(word)) at += 1;
  }
  return found;
}

function optionOf(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word)) return words[at + 1];
    const joined = names.find((name) => word.startsWith(`${name}=`));
    if (joined !== undefined) return word.slice(joined.length + 1);
  }
  return undefined;
}

/** `adduser USER GROUP` puts a user into a group and makes none. */
function userOf(command: string, words: readonly string[]): SystemUser | undefined {
  // useradd takes a group's name where adduser takes none; both take the user's last.
  const names = positionals(words);
  const name = names.at(-1);
  if (name === undefined || !userName.test(name) || (command === 'adduser' && names.length > 1)) return undefined;
  const uid = optionOf(words, ['--uid', '-u']);
  return { name, ...(uid !== undefined && /^[0-9]{1,5}$/.test(uid) ? { uid: Number(uid) } : {}) };
}

function isDirectoryInstall(words: readonly string[]): boolean {
  return words.some((word) => word === '--directory' || /^-[a-zA-Z]*d$/.test(word));
}

function madeBy(words: readonly string[]): readonly WantedDirectory[] {
  const mode = optionOf(words, ['-m', '--mode']);
  const owner = optionOf(words, ['-o', '--owner']);
  // `install -d` makes of its words directories: there `-d` takes none of them.
  return positionals(words.filter((word) => word !== '-d')).flatMap((word) => {
    const path = wantedPath(word);
    if (path === undefined) return [];
    const digits = mode === undefined ? undefined : /[0-7]{3,4}$/.exec(mode)?.[0];
    return [
      {
        path,
        ...(digits === undefined ? {} : { mode: digits }),
        ...(owner === undefined || !userName.test(owner) ? {} : { owner }),
      },
    ];
  });
}

/** Only directories are meant: a path with a dot in its last part is a file. */
function ownedBy(words: readonly string[]): readonly WantedDirectory[] {
  const [owner = '', ...paths] = positionals(words);
  const name = owner.split(/[:.]/)[0] ?? '';
  return paths.flatMap((word) => {
    const path = wantedPath(word);
    return path === undefined || !userName.test(name) || /\.[^/]*$/.test(path) ? [] : [{ path, owner: name }];
  });
}

function overriddenBy(words: readonly string[]): readonly WantedDirectory[] {
  if (!words.includes('--add')) return [];
  const [owner = '', , mode = '', place = ''] = positionals(words);
  const path = wantedPath(place);
  return path === undefined || !userName.test(owner) || !/^[0-7]{3,4}$/.test(mode) ? [] : [{ path, owner, mode }];
}

/** `ln -s TARGET LINK`; into a folder is not meant. */
function linkedBy(words: readonly string[]): Readonly<Record<string, string>> {
  const [target = '', link = '', ...more] = positionals(words.filter((word) => !word.startsWith('-')));
  return more.length === 0 && isPlainPath(target) && isPlainPath(link) && !link.endsWith('/') ? { [link]: target } : {};
}

/** `--install LINK NAME PATH PRIORITY` and `--slave LINK NAME PATH`. */
function alternativesOf(words: readonly string[]): Readonly<Record<string, string>> {
  const links: Record<string, string> = {};
  for (const [at, word] of words.entries()) {
    const [link = '', , target = ''] = words.slice(at + 1);
    if ((word === '--install' || word === '--slave') && isPlainPath(link) && isPlainPath(target)) links[link] = target;
  }
  return links;
}

function isPlainPath(path: string): boolean {
  return /^\/[A-Za-z0-9/._+-]+$/.test(path) && !path.split('/').includes('..');
}
