/**
 * An element. Texts become text nodes, so that markup in them is nothing but text; `undefined` is left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} attributes
 * @param {...(Node | string | undefined | readonly (Node | string | undefined)[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) if (child !== undefined) made.append(child);
  return made;
}

/**
 * What only screen readers say.
 *
 * @param {string} text
 */
export function unseen(text) {
  return element('span', { class: 'unseen' }, text);
}

/**
 * @param {string} name
 * @param {string} [line]
 */
export function linkTo(name, line) {
  return element('a', { href: addressOf(name, line) }, name);
}

/**
 * @param {string} name
 * @param {string} [line]
 */
export function addressOf(name, line) {
  return `#/${encodeURIComponent(name)}${line === undefined ? '' : `/${encodeURIComponent(line)}`}`;
}

/**
 * A section with its heading; undefined where nothing is in it.
 *
 * @param {string} title
 * @param {...(Node | undefined)} children
 */
export function section(title, ...children) {
  const there = children.filter((child) => child !== undefined);
  if (there.length === 0) return undefined;
  const id = `section-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  return element('section', { 'aria-labelledby': id }, element('h2', { id }, title), there);
}

/**
 * Items with a comma in between.
 *
 * @param {readonly (Node | string)[]} items
 * @returns {readonly (Node | string)[]}
 */
export function commaed(items) {
  return items.flatMap((item, index) => (index === 0 ? [item] : [', ', item]));
}

/**
 * The first items, and a summary that opens the rest.
 *
 * @param {readonly Node[]} items
 * @param {number} shown
 * @param {string} className
 */
export function folded(items, shown, className) {
  const list = (/** @type {readonly Node[]} */ part) =>
    element(
      'ul',
      { class: className },
      part.map((item) => element('li', {}, item)),
    );
  if (items.length <= shown + 2) return element('div', {}, list(items));
  return element(
    'div',
    {},
    list(items.slice(0, shown)),
    element('details', {}, element('summary', {}, `${items.length - shown} more`), list(items.slice(shown))),
  );
}

/**
 * Terms and what they are; rows without a value are left out.
 *
 * @param {readonly (readonly [string, Node | string | undefined | readonly (Node | string)[]])[]} rows
 */
export function terms(rows) {
  const there = rows.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  if (there.length === 0) return undefined;
  return element(
    'dl',
    {},
    there.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
  );
}

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * Tells a screen reader what a sighted person sees happen.
 *
 * @param {string} text
 */
export function announce(text) {
  const status = document.querySelector('#status');
  if (status !== null) status.textContent = text;
}
