/** What a write asks for. */
export type WriteRoute =
  /** A publish, or a deprecation, or what only looks like one: the body tells. */
  | { readonly kind: 'document'; readonly name: string }
  | { readonly kind: 'revision'; readonly name: string }
  | { readonly kind: 'unpublish'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string; readonly tag: string; readonly remove: boolean }
  | { readonly kind: 'promote'; readonly name: string }
  | { readonly kind: 'login'; readonly user: string }
  | { readonly kind: 'logout' };

const name = '(?<name>@[a-z0-9][a-z0-9-]{0,38}/[a-z0-9][a-z0-9-]{0,63})';
const word = '[A-Za-z0-9][A-Za-z0-9._+-]{0,127}';

interface Pattern {
  readonly methods: readonly string[];
  readonly path: RegExp;
  readonly route: (groups: Readonly<Record<string, string | undefined>>, method: string) => WriteRoute;
}

const patterns: readonly Pattern[] = [
  { methods: ['PUT'], path: new RegExp(`^/${name}$`), route: (groups) => ({ kind: 'document', name: groups['name'] ?? '' }) },
  { methods: ['PUT'], path: new RegExp(`^/${name}/-rev/${word}$`), route: (groups) => ({ kind: 'revision', name: groups['name'] ?? '' }) },
  {
    methods: ['DELETE'],
    path: new RegExp(`^/${name}(?:/-/${word})?/-rev/${word}$`),
    route: (groups) => ({ kind: 'unpublish', name: groups['name'] ?? '' }),
  },
  {
    methods: ['PUT', 'POST', 'DELETE'],
    path: new RegExp(`^/-/package/${name}/dist-tags/(?<tag>[A-Za-z][A-Za-z0-9._-]{0,63})$`),
    route: (groups, method) => ({ kind: 'tag', name: groups['name'] ?? '', tag: groups['tag'] ?? '', remove: method === 'DELETE' }),
  },
  {
    methods: ['POST'],
    path: new RegExp(`^/-/moby/v1/package/${name}/promote$`),
    route: (groups) => ({ kind: 'promote', name: groups['name'] ?? '' }),
  },
  {
    methods: ['PUT'],
    path: /^\/-\/user\/org\.couchdb\.user:(?<user>[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/,
    route: (groups) => ({ kind: 'login', user: groups['user'] ?? '' }),
  },
  { methods: ['DELETE'], path: /^\/-\/user\/token\/[A-Za-z0-9._~+/=-]{1,1000}$/, route: () => ({ kind: 'logout' }) },
];

/** Methods that change nothing. Every other one is a write, whatever it is called. */
export function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** The write that a method and a canonical path ask for; undefined where the registry has none there. */
export function writeRouteOf(method: string, path: string): WriteRoute | undefined {
  for (const pattern of patterns) {
    if (!pattern.methods.includes(method)) continue;
    const match = pattern.path.exec(path);
    if (match !== null) return pattern.route(match.groups ?? {}, method);
  }
  return undefined;
}
