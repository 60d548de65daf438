/** @import { ComponentDocument, FileDocument, Listed, LineDocument, Need, Offer, Privilege, Reach, VersionDocument } from '../src/documents.ts' */
import { useIt } from './commands.js';
import { addressOf, commaed, element, folded, linkTo, section, sizeOf, terms, unseen } from './dom.js';
import { fits } from './matrices.js';

/**
 * @param {ComponentDocument} component
 * @param {LineDocument} line
 * @returns {readonly Node[]}
 */
export function componentView(component, line) {
  const parts = [
    linesTable(component, line),
    useIt(component, line),
    mayDo(line),
    needs(line),
    offers(line),
    dependentsOf(component),
    fits(component),
    runs(line),
    kernel(line),
    files(line),
    payload(line),
    olderVersions(line),
  ];
  return [
    element(
      'div',
      { class: 'heading' },
      element('h1', { id: 'title', tabindex: -1 }, component.name, ' ', element('span', { class: 'version' }, line.version)),
      element('p', { class: 'lead' }, component.description),
      ...notices(component, line),
    ),
    element('div', { class: 'component' }, element('div', { class: 'parts' }, parts), glance(component, line)),
  ];
}

/**
 * @param {ComponentDocument} component
 * @param {LineDocument} line
 * @returns {readonly Node[]}
 */
function notices({ lifecycle, successor, unreadable }, { deprecated, version }) {
  const instead = successor === undefined ? [] : [' Use ', linkTo(successor), ' in its place.'];
  return [
    ...(lifecycle === 'deprecated' || lifecycle === 'retired'
      ? [element('p', { class: 'notice' }, `This component is ${lifecycle}.`, instead)]
      : []),
    ...(lifecycle === 'experimental' ? [element('p', { class: 'notice' }, 'This component is experimental: it may change or go.')] : []),
    ...(deprecated === undefined ? [] : [element('p', { class: 'notice' }, `${version}: ${deprecated}`)]),
    ...(unreadable.length === 0
      ? []
      : [element('p', { class: 'notice' }, `The registry has versions that can’t be read: ${unreadable.join(', ')}`)]),
  ];
}

/**
 * @param {ComponentDocument} component
 * @param {LineDocument} line
 */
function glance({ kind, category, lifecycle, maintainers, npmName }, line) {
  const { homepage } = line.upstream;
  const people = maintainers.map(({ name, github, email }) => {
    if (github !== undefined)
      return element('a', { href: `https://github.com/${encodeURIComponent(github)}`, rel: 'noopener noreferrer' }, name);
    return email === undefined ? name : element('a', { href: `mailto:${encodeURIComponent(email)}` }, name);
  });
  const ports = line.service?.ports ?? [];
  return element(
    'aside',
    { 'aria-label': 'At a glance', class: 'glance' },
    terms([
      ['Kind', kind],
      ['Category', element('a', { href: `#/?category=${encodeURIComponent(category)}` }, category)],
      ['Lifecycle', lifecycle],
      ['Maintained by', commaed(people)],
      ['Licence', line.upstream.license],
      [
        'Upstream',
        homepage === undefined
          ? line.upstream.version
          : [element('a', { href: homepage, rel: 'noopener noreferrer' }, hostOf(homepage)), ` ${line.upstream.version}`],
      ],
      ['Platforms', commaed(line.platforms.map(({ platform }) => platform))],
      ['Payload', sizes(line)],
      ['Ports', ports.length === 0 ? undefined : ports.join(', ')],
      ['npm', element('code', {}, npmName)],
    ]),
  );
}

/** @param {string} homepage */
function hostOf(homepage) {
  try {
    return new URL(homepage).host;
  } catch {
    return homepage;
  }
}

/** @param {LineDocument} line */
function sizes({ platforms }) {
  const all = [...new Set(platforms.map(({ sizeBytes }) => sizeOf(sizeBytes)))];
  return all.join(', ');
}

/**
 * @param {ComponentDocument} component
 * @param {LineDocument} chosen
 */
function linesTable({ name, lines }, chosen) {
  const hasTags = lines.some(({ tags }) => tags.length > 0);
  const hasDates = lines.some(({ published }) => published !== undefined);
  const row = (/** @type {LineDocument} */ line) =>
    element(
      'tr',
      { class: line === chosen ? 'chosen' : undefined },
      element(
        'th',
        { scope: 'row' },
        element('a', { href: addressOf(name, line.line), 'aria-current': line === chosen ? 'true' : undefined }, line.line),
      ),
      element('td', {}, line.version),
      hasTags
        ? element(
            'td',
            {},
            line.tags.map((tag) => element('span', { class: 'tag' }, tag)),
          )
        : undefined,
      element('td', {}, line.platforms.map(({ platform }) => platform.replace('linux/', '')).join(', ')),
      element('td', { class: 'number' }, sizes(line)),
      hasDates ? element('td', {}, line.published ?? '') : undefined,
    );
  const heads = ['Line', 'Newest', ...(hasTags ? ['Tags'] : []), 'Platforms', 'Payload', ...(hasDates ? ['Published'] : [])];
  return section(
    'Lines',
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Lines' },
      element(
        'table',
        { class: 'lines' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            heads.map((head) => element('th', { scope: 'col', class: head === 'Payload' ? 'number' : undefined }, head)),
          ),
        ),
        element('tbody', {}, lines.map(row)),
      ),
    ),
  );
}

/** @type {readonly (readonly [Reach, string])[]} */
const reaches = [
  ['machine', 'Could take over the machine'],
  ['beyond', 'Reaches beyond its container'],
  ['inside', 'Stays inside'],
];

/** @param {LineDocument} line */
function mayDo({ privileges }) {
  const group = (/** @type {Reach} */ reach, /** @type {string} */ title) => {
    const own = privileges.filter((one) => one.reach === reach);
    return own.length === 0
      ? undefined
      : element('div', { class: `reach ${reach}` }, element('h3', {}, title), element('ul', {}, own.map(privilege)));
  };
  return section('What it may do', ...reaches.map(([reach, title]) => group(reach, title)));
}

/** @param {Privilege} one */
function privilege({ what, why }) {
  return element('li', {}, element('strong', {}, what), ': ', why);
}

/** @param {LineDocument} line */
function needs({ requires, recommends, conflicts }) {
  const forbidden = conflicts.items.map(({ what, range }) => element('span', {}, nameOrCapability(what), rangeOf(range)));
  return section(
    'Needs',
    requires.items.length === 0 ? element('p', { class: 'note' }, 'Nothing: it stands by itself.') : needTable(requires),
    recommends.items.length === 0 ? undefined : element('div', {}, element('h3', {}, 'Works best with'), needTable(recommends)),
    forbidden.length === 0 ? undefined : element('div', {}, element('h3', {}, 'Not together with'), folded(forbidden, 20, 'plain')),
  );
}

/**
 * What the same components offer stands together, with the lines of them that have all of it.
 *
 * @param {Listed<Need>} list
 */
function needTable({ items, more }) {
  /** @type {Map<string, Need[]>} */
  const groups = new Map();
  for (const need of items) {
    const key = [need.in, ...need.by.map(({ name }) => name)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), need]);
  }
  const rows = [...groups.values()].map((group) =>
    element(
      'li',
      {},
      element('div', { class: 'who' }, providers(group), place(group[0]?.in)),
      element(
        'ul',
        { class: 'what' },
        group.map((need) => element('li', {}, oneNeed(need))),
      ),
    ),
  );
  return element(
    'div',
    {},
    element('ul', { class: 'needs' }, rows),
    more === 0 ? undefined : element('p', { class: 'note' }, `${more} more`),
  );
}

/** @param {readonly Need[]} group */
function providers(group) {
  const [first] = group;
  if (first === undefined || first.by.length === 0) {
    const name = first !== undefined && !first.what.includes(':') ? `${first.what} is not here` : 'nobody here offers it';
    return element('span', { class: 'verdict unknown' }, name);
  }
  return element(
    'ul',
    { class: 'plain' },
    first.by.map(({ name, lines }) => {
      const all = lines.filter((line) => group.every((need) => need.by.some((one) => one.name === name && one.lines.includes(line))));
      return element(
        'li',
        {},
        linkTo(name),
        ' ',
        element('span', { class: 'version' }, all.length === 0 ? 'no one line has all' : all.join(', ')),
      );
    }),
  );
}

/** @param {Need['in'] | undefined} where */
function place(where) {
  if (where === undefined || where === 'root') return undefined;
  return element('p', { class: 'note' }, where === 'machine' ? 'of the machine' : 'talks to it');
}

/** @param {Need} need */
function oneNeed({ what, range, nodes, platforms }) {
  const where = platforms === undefined ? undefined : element('span', { class: 'note' }, `, on ${platforms.join(', ')}`);
  if (!what.includes(':')) return element('span', { class: 'version' }, range === '*' ? 'any version' : range, where);
  const asked = nodes.length > 0 ? nodes.join(', ') : range;
  return element('span', {}, nameOrCapability(what), rangeOf(asked), where);
}

/** @param {string} range */
function rangeOf(range) {
  return range === '' || range === '*' ? undefined : element('span', { class: 'version' }, ` ${range}`);
}

/**
 * A capability's namespace is said less loudly than its name.
 *
 * @param {string} what
 */
function nameOrCapability(what) {
  const colon = what.indexOf(':');
  if (colon < 0) return linkTo(what);
  return element('code', {}, element('span', { class: 'dim' }, what.slice(0, colon + 1)), what.slice(colon + 1));
}

/** @param {LineDocument} line */
function offers({ provides, exclusive }) {
  const alone = exclusive.length === 0 ? undefined : element('p', { class: 'note' }, `A machine has one of these: ${exclusive.join(', ')}`);
  if (provides.items.length === 0) return section('Offers', element('p', { class: 'note' }, 'Nothing but itself.'), alone);
  return section('Offers', element('ul', { class: 'needs' }, provides.items.map(offer)), alone);
}

/** @param {Offer} offer */
function offer({ what, version, nodes, neededBy }) {
  const users = neededBy.items.map((name) => linkTo(name));
  return element(
    'li',
    {},
    element(
      'div',
      { class: 'who' },
      nameOrCapability(what),
      ' ',
      element('span', { class: 'version' }, nodes.length > 0 ? nodes.join(', ') : version),
    ),
    users.length === 0
      ? element('p', { class: 'note what' }, 'no component here needs it')
      : element('div', { class: 'what' }, unseen('needed by '), folded(users, 12, 'inline')),
  );
}

/** @param {ComponentDocument} component */
function dependentsOf({ dependents }) {
  if (dependents.items.length === 0) return section('Needed by', element('p', { class: 'note' }, 'No component here.'));
  const items = dependents.items.map(({ name, lines, how }) =>
    element(
      'span',
      {},
      linkTo(name),
      ' ',
      element('span', { class: 'version' }, lines.join(', ')),
      how === 'recommends' ? element('span', { class: 'note' }, ' recommends it') : undefined,
    ),
  );
  return section(
    'Needed by',
    folded(items, 24, 'inline'),
    dependents.more === 0 ? undefined : element('p', { class: 'note' }, `${dependents.more} more`),
  );
}

/** @param {LineDocument} line */
function runs({ service }) {
  if (service === undefined) return undefined;
  const code = (/** @type {readonly string[]} */ texts) =>
    texts.length === 0
      ? undefined
      : element(
          'ul',
          { class: 'plain' },
          texts.map((text) => element('li', {}, element('code', {}, text))),
        );
  return section(
    'Runs',
    terms([
      ['Command', element('code', {}, service.args.map(quoted).join(' '))],
      ['In', element('code', {}, service.cwd)],
      ['As', service.user],
      ['Listens on', service.ports.length === 0 ? 'no port of its own' : `TCP ${service.ports.join(', ')}`],
      ['Ready when', service.ready],
      ['Restarts', { always: 'always', 'on-failure': 'when it fails', no: 'never' }[service.restart] ?? service.restart],
      ['After', service.after.length === 0 ? undefined : commaed(service.after)],
      ['Memory', service.memoryBytes === undefined ? undefined : `at most ${sizeOf(service.memoryBytes)}`],
      ['Processes', service.processes === undefined ? undefined : `at most ${service.processes}`],
      ['Scratch', code(service.scratch)],
      ['Environment', code(service.env)],
    ]),
  );
}

/** @param {string} word */
function quoted(word) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** @param {LineDocument} line */
function kernel({ kernel: asks }) {
  if (asks === undefined) return undefined;
  const list = (/** @type {typeof asks.needs} */ needed) =>
    element(
      'ul',
      { class: 'needs' },
      needed.map(({ reason, options, kernel: range }) =>
        element(
          'li',
          {},
          element('div', { class: 'who' }, reason, rangeOf(range === undefined ? '' : `kernel ${range}`)),
          element('p', { class: 'what' }, element('code', {}, options)),
        ),
      ),
    );
  return section(
    'Kernel',
    terms([
      ['Version', asks.version],
      ['Modules', asks.modules.length === 0 ? undefined : element('code', {}, asks.modules.join(' '))],
    ]),
    asks.needs.length === 0 ? undefined : element('div', {}, element('h3', {}, 'Options that it needs'), list(asks.needs)),
    asks.wants.length === 0 ? undefined : element('div', {}, element('h3', {}, 'Options that it would use'), list(asks.wants)),
  );
}

/** @param {LineDocument} line */
function files({ programs, libraries, configurations, modules, hasFacts }) {
  if (!hasFacts) return section('Files', element('p', { class: 'note' }, 'Nobody has read its payload: there are no facts of it.'));
  const list = (/** @type {string} */ title, /** @type {Listed<FileDocument>} */ { items, more }) =>
    items.length === 0
      ? undefined
      : element(
          'div',
          {},
          element('h3', {}, title),
          folded(items.map(file), 12, 'files'),
          more === 0 ? undefined : element('p', { class: 'note' }, `${more} more`),
        );
  const counted = modules === 0 ? undefined : element('p', {}, `${modules.toLocaleString('en')} kernel modules`);
  const none = programs.items.length + libraries.items.length + configurations.items.length + modules === 0;
  return section(
    'Files',
    list('Programs', programs),
    list('Libraries', libraries),
    list('Configuration', configurations),
    counted,
    none ? element('p', { class: 'note' }, 'No programs and no libraries.') : undefined,
  );
}

/** @param {FileDocument} file */
function file({ path, to }) {
  return element('code', {}, path, to === undefined ? undefined : element('span', { class: 'dim' }, ` → ${to}`));
}

/** @param {LineDocument} line */
function payload({ platforms, npm }) {
  return section(
    'Payload',
    ...platforms.map(({ platform, digest, sizeBytes, downloadBytes, sources }) =>
      element(
        'div',
        {},
        element('h3', {}, platform),
        terms([
          ['Size', `${sizeOf(sizeBytes)}${downloadBytes === 0 ? '' : `, of ${sizeOf(downloadBytes)} to download`}`],
          [
            'Made of',
            element(
              'ul',
              { class: 'plain' },
              sources.map((source) => element('li', {}, source)),
            ),
          ],
          ['Digest', element('code', {}, digest)],
        ]),
      ),
    ),
    element('div', {}, element('h3', {}, 'Package'), element('p', {}, element('code', {}, npm))),
  );
}

/** @param {LineDocument} line */
function olderVersions({ versions: { items, more }, line }) {
  if (items.length < 2) return undefined;
  const one = (/** @type {VersionDocument} */ { version, tags, published, deprecated }) =>
    element(
      'span',
      {},
      version,
      tags.map((tag) => element('span', { class: 'tag' }, tag)),
      published === undefined ? undefined : element('span', { class: 'note' }, ` ${published}`),
      deprecated === undefined ? undefined : element('span', { class: 'note' }, ` ${deprecated}`),
    );
  return section(
    `Versions of ${line}`,
    folded(items.map(one), 10, 'plain'),
    more === 0 ? undefined : element('p', { class: 'note' }, `${more} older ones`),
  );
}
