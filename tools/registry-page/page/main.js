/** @import { IndexDocument } from '../src/documents.ts' */
import { componentView } from './component-view.js';
import { announce, element } from './dom.js';
import { readComponent, readIndex } from './documents.js';
import { startKeys } from './keys.js';
import { searchAddress, startView } from './start-view.js';
import { startThemeSwitch } from './theme-switch.js';

/**
 * @typedef {{ readonly kind: 'search', readonly text: string, readonly category?: string | undefined }
 *   | { readonly kind: 'component', readonly name: string, readonly line?: string | undefined }} Route
 */

const main = needed('#main', HTMLElement);
const field = needed('#query', HTMLInputElement);
/** The search that a component was opened from: where Escape leads. */
let lastSearch = '#/';
/** Of two addresses that were asked for in turn, only the later one is shown. */
let asked = 0;
/** @type {Promise<IndexDocument> | undefined} */
let index;

startThemeSwitch();
startKeys({ field, back: () => (location.hash = lastSearch) });
addEventListener('hashchange', () => void show(true));
field.addEventListener('input', () => {
  const route = routeOf(location.hash);
  const address = searchAddress({ text: field.value, category: route.kind === 'search' ? route.category : undefined });
  // Each letter is no page of its own to go back to.
  if (route.kind === 'search') history.replaceState(undefined, '', address);
  else history.pushState(undefined, '', address);
  void show(false);
});
needed('#search', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  main.querySelector('#results a')?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
});
needed('#skip', HTMLElement).addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
void show(false);

/**
 * @param {string} hash
 * @returns {Route}
 */
function routeOf(hash) {
  const [path = '', words = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', line] = path.split('/').map(decoded);
  const query = new URLSearchParams(words);
  return name === ''
    ? { kind: 'search', text: query.get('q') ?? '', category: query.get('category') ?? undefined }
    : { kind: 'component', name, line };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {boolean} isNavigation Somebody went to another address, and did not type in the field. */
async function show(isNavigation) {
  const turn = ++asked;
  const route = routeOf(location.hash);
  main.setAttribute('aria-busy', 'true');
  try {
    const view = await viewOf(route);
    if (turn !== asked) return;
    document.title = view.title;
    main.replaceChildren(...view.nodes);
    announce(view.title);
  } catch {
    if (turn !== asked) return;
    main.replaceChildren(...trouble());
  }
  main.setAttribute('aria-busy', 'false');
  if (!isNavigation) return;
  if (route.kind === 'search') {
    field.value = route.text;
    if (document.activeElement !== field) scrollTo(0, 0);
    return;
  }
  scrollTo(0, 0);
  main.querySelector('h1')?.focus({ preventScroll: true });
}

/** @param {Route} route */
async function viewOf(route) {
  if (route.kind === 'search') {
    const known = await retried();
    lastSearch = searchAddress(route);
    if (document.activeElement !== field) field.value = route.text;
    const nodes = startView(known, route);
    return { title: `${nodes[0]?.textContent ?? ''} · Components`, nodes };
  }
  const component = await readComponent(route.name);
  // So that the first letter of a search finds it there.
  retried().catch(() => undefined);
  const line = component?.lines.find((one) => one.line === route.line) ?? component?.lines[0];
  if (component === undefined || line === undefined) return { title: `No component ${route.name}`, nodes: missing(route.name) };
  return { title: `${component.name} ${line.version} · Components`, nodes: componentView(component, line) };
}

/** The index, asked for again where it could not be had the last time. */
async function retried() {
  try {
    index ??= readIndex();
    const known = await index;
    about(known);
    return known;
  } catch (error) {
    index = undefined;
    throw error;
  }
}

/** @param {IndexDocument} known */
function about({ registry, components }) {
  needed('#about', HTMLElement).textContent = `${components.length.toLocaleString('en')} components, from ${registry}`;
}

/** @param {string} name */
function missing(name) {
  return [
    element('h1', { tabindex: -1 }, 'There is no such component'),
    element(
      'p',
      {},
      'This registry has no component called “',
      name,
      '”. ',
      element('a', { href: searchAddress({ text: name }) }, 'Search for it'),
      '.',
    ),
  ];
}

function trouble() {
  const again = element('button', { type: 'button' }, 'Try again');
  again.addEventListener('click', () => void show(false));
  return [element('h1', { tabindex: -1 }, 'The registry does not answer'), element('p', {}, 'Its data could not be read. ', again)];
}

/**
 * @template {HTMLElement} Kind
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
function needed(selector, kind) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new TypeError(`the page has no ${selector}`);
  return found;
}
