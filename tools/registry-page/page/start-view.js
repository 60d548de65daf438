/** @import { IndexDocument } from '../src/documents.ts' */
/** @import { Found } from './search.js' */
import { addressOf, element } from './dom.js';
import { search } from './search.js';

const shownAtOnce = 50;
const newestShown = 8;

/**
 * @param {IndexDocument} index
 * @param {{ readonly text: string, readonly category?: string | undefined }} query
 * @returns {readonly Node[]}
 */
export function startView(index, query) {
  const found = search(index, query);
  const isStart = query.text.trim() === '' && query.category === undefined;
  const heading = element('h1', { id: 'title', tabindex: -1 }, isStart ? countOf(index.components.length) : titleOf(found.length, query));
  return [
    heading,
    element(
      'div',
      { class: 'start' },
      element(
        'div',
        { class: 'found' },
        isStart ? newest(index) : undefined,
        found.length === 0 ? nothing(query) : results(found, isStart ? 'All components' : 'Results'),
      ),
      categories(index, query),
    ),
  ];
}

/** @param {number} count */
function countOf(count) {
  return count === 1 ? '1 component' : `${count.toLocaleString('en')} components`;
}

/**
 * @param {number} count
 * @param {{ readonly text: string, readonly category?: string | undefined }} query
 */
function titleOf(count, { text, category }) {
  const what = text.trim() === '' ? '' : ` for “${text.trim()}”`;
  return `${countOf(count)}${what}${category === undefined ? '' : ` in ${category}`}`;
}

/** @param {{ readonly text: string, readonly category?: string | undefined }} query */
function nothing({ text, category }) {
  return element(
    'div',
    { class: 'nothing' },
    element('p', {}, 'No component has this name, offers this capability, or has a file of this name.'),
    category === undefined
      ? element(
          'p',
          {},
          'A capability looks like ',
          element('code', {}, 'soname:libssl.so.3'),
          ', a file like ',
          element('code', {}, '/usr/bin/redis-server'),
          '.',
        )
      : element('p', {}, element('a', { href: searchAddress({ text }) }, 'Search in all categories')),
  );
}

/**
 * @param {readonly Found[]} found
 * @param {string} title
 */
function results(found, title) {
  const list = element('ol', { class: 'results', id: 'results', 'aria-label': title });
  const more = element('button', { type: 'button', class: 'more' });
  let shown = 0;
  const grow = () => {
    list.append(...found.slice(shown, shown + shownAtOnce).map(result));
    shown = list.children.length;
    more.textContent = `Show ${Math.min(shownAtOnce, found.length - shown)} more of ${found.length - shown}`;
    more.hidden = shown >= found.length;
  };
  more.addEventListener('click', () => {
    const next = shown;
    grow();
    list.children[next]?.querySelector('a')?.focus();
  });
  grow();
  return element('div', {}, element('h2', { class: 'unseen' }, title), list, more);
}

/** @param {Found} found */
function result({ entry, match }) {
  const state =
    entry.lifecycle === undefined || entry.lifecycle === 'maintained' ? undefined : element('span', { class: 'tag' }, entry.lifecycle);
  return element(
    'li',
    {},
    element('a', { href: addressOf(entry.name) }, entry.name),
    element('span', { class: 'version' }, entry.version),
    state,
    element('p', {}, entry.description),
    element('p', { class: 'why' }, match ?? `${entry.kind}${entry.kind === entry.category ? '' : `, ${entry.category}`}`),
  );
}

/** @param {IndexDocument} index */
function newest(index) {
  const dated = index.components.filter(({ published }) => published !== undefined);
  if (dated.length === 0) return undefined;
  const latest = dated.toSorted((a, b) =>
    (a.published ?? '') > (b.published ?? '') ? -1 : (a.published ?? '') < (b.published ?? '') ? 1 : a.name < b.name ? -1 : 1,
  );
  return element(
    'section',
    { 'aria-labelledby': 'newest' },
    element('h2', { id: 'newest' }, 'Newest'),
    element(
      'ul',
      { class: 'newest' },
      latest
        .slice(0, newestShown)
        .map(({ name, version, published = '' }) =>
          element(
            'li',
            {},
            element('a', { href: addressOf(name) }, name),
            ' ',
            element('span', { class: 'version' }, version),
            element('time', { datetime: published }, published),
          ),
        ),
    ),
  );
}

/**
 * @param {IndexDocument} index
 * @param {{ readonly text: string, readonly category?: string | undefined }} query
 */
function categories(index, query) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { category } of index.components) counts.set(category, (counts.get(category) ?? 0) + 1);
  const item = (/** @type {string | undefined} */ category, /** @type {number} */ count) =>
    element(
      'li',
      {},
      element(
        'a',
        { href: searchAddress({ text: query.text, category }), 'aria-current': query.category === category ? 'true' : undefined },
        category ?? 'all',
        element('span', { class: 'count' }, String(count)),
      ),
    );
  return element(
    'nav',
    { 'aria-labelledby': 'categories', class: 'categories' },
    element('h2', { id: 'categories' }, 'Categories'),
    element(
      'ul',
      {},
      item(undefined, index.components.length),
      [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([category, count]) => item(category, count)),
    ),
  );
}

/** @param {{ readonly text: string, readonly category?: string | undefined }} query */
export function searchAddress({ text, category }) {
  const words = new URLSearchParams();
  if (text.trim() !== '') words.set('q', text.trim());
  if (category !== undefined) words.set('category', category);
  return words.size === 0 ? '#/' : `#/?${words}`;
}
