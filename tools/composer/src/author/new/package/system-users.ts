/** A user that a package makes when it is installed. */
export interface SystemUser {
  readonly name: string;
  /** Missing where any free number would do. */
  readonly uid?: number;
}

/** Users that every Debian system has, with their fixed numbers (base-passwd). */
const fixedUsers: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  mail: 8,
  news: 9,
  proxy: 13,
  'www-data': 33,
  backup: 34,
  nobody: 65_533,
};

/** The first number of a system's own users: each container has a table of its own, so it is free. */
export const firstFreeUid = 100;

/** The number that a service's user has in its container. */
export function uidOf(name: string, users: readonly SystemUser[]): number {
  return (Object.hasOwn(fixedUsers, name) ? fixedUsers[name] : undefined) ?? users.find((user) => user.name === name)?.uid ?? firstFreeUid;
}

/** The `u` lines of a file of sysusers.d(5). */
export function readSysusers(text: string): readonly SystemUser[] {
  return text.split('\n').flatMap((line) => {
    const match = /^u!?\s+([a-z_][a-z0-9_-]*)\s+(\S+)/.exec(line);
    if (match?.[1] === undefined) return [];
    const uid = /^[0-9]{1,5}/.exec(match[2] ?? '')?.[0];
    return [{ name: match[1], ...(uid === undefined ? {} : { uid: Number(uid) }) }];
  });
}
