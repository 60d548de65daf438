/** @import { CellDocument, ComponentDocument, Fit, MatrixDocument } from '../src/documents.ts' */
import { element, linkTo, section, unseen } from './dom.js';

/** So many that don't fit everywhere are open from the start. */
const openAtFirst = 6;
/** So many that fit are listed at once. */
const goodShown = 8;

/** @type {Readonly<Record<Fit, string>>} */
const words = { fits: 'fits', care: 'partly', misfit: 'doesn’t fit', unknown: 'unknown', none: '–' };
/** @type {Readonly<Record<CellDocument['evidence'], string>>} */
const evidence = { observed: 'seen at work', binary: 'read from the bytes', declared: 'said by manifests', assumed: 'nobody has read it' };

/** @param {ComponentDocument} component */
export function fits({ name, lines, matrices }) {
  if (matrices.items.length === 0) return undefined;
  const legend = element(
    'p',
    { class: 'note' },
    `Each line of ${name} with each line of its neighbours, judged from facts by the rules that judge an assembly. Choose a pair to read why.`,
  );
  const more = matrices.more === 0 ? undefined : element('p', { class: 'note' }, `${matrices.more} more neighbours are not judged here.`);
  const bad = matrices.items.filter((matrix) => !isGood(matrix)).map((matrix, index) => oneNeighbour(name, matrix, index < openAtFirst));
  const good = matrices.items.filter(isGood).map((matrix) => oneNeighbour(name, matrix, false));
  const rest = good.slice(goodShown + 2).length === 0 ? [] : good.splice(goodShown);
  return lines.length === 0 ? undefined : section('Fits', legend, element('div', { class: 'neighbours' }, bad, good), restOf(rest), more);
}

/** @param {readonly Node[]} rest */
function restOf(rest) {
  if (rest.length === 0) return undefined;
  return element(
    'details',
    {},
    element('summary', {}, `${rest.length} more, all of which fit`),
    element('div', { class: 'neighbours' }, rest),
  );
}

/** @param {MatrixDocument} matrix */
function isGood({ cells }) {
  return cells.flat().every(({ fit }) => fit === 'fits' || fit === 'none');
}

/**
 * The table is made when it is opened: a C library has hundreds of neighbours.
 *
 * @param {string} own
 * @param {MatrixDocument} matrix
 * @param {boolean} isOpen
 */
function oneNeighbour(own, matrix, isOpen) {
  const details = element('details', { open: isOpen, class: 'neighbour' });
  const fill = () => {
    if (details.open && details.childElementCount === 1) details.append(table(own, matrix));
  };
  details.append(
    element(
      'summary',
      {},
      element('span', { class: 'name' }, matrix.neighbour),
      ' ',
      element('span', { class: summaryClass(matrix) }, summaryOf(matrix)),
    ),
  );
  details.addEventListener('toggle', fill);
  fill();
  return details;
}

/** @param {MatrixDocument} matrix */
function summaryOf({ cells }) {
  const all = cells.flat().filter(({ fit }) => fit !== 'none');
  const count = (/** @type {Fit} */ fit) => all.filter((cell) => cell.fit === fit).length;
  if (count('fits') === all.length) return all.length === 1 ? 'fits' : `all ${all.length} pairs fit`;
  /** @type {readonly Fit[]} */
  const bad = ['misfit', 'unknown', 'care'];
  return bad
    .flatMap((fit) => (count(fit) === 0 ? [] : [`${count(fit)} of ${all.length} ${all.length === 1 ? words[fit] : plural[fit]}`]))
    .join(', ');
}

/** @type {Readonly<Record<Fit, string>>} */
const plural = { fits: 'fit', care: 'partly', misfit: 'don’t fit', unknown: 'unknown', none: '' };

/** @param {MatrixDocument} matrix */
function summaryClass({ cells }) {
  /** @type {readonly Fit[]} */
  const order = ['misfit', 'unknown', 'care', 'fits'];
  return `verdict ${order.find((fit) => cells.flat().some((cell) => cell.fit === fit)) ?? 'none'}`;
}

/**
 * @param {string} own
 * @param {MatrixDocument} matrix
 */
function table(own, { neighbour, rows, columns, cells }) {
  const reason = element('div', { class: 'reason' });
  /** @type {HTMLButtonElement[][]} */
  const buttons = cells.map((row, r) => row.map((cell, c) => cellButton(cell, `${own} ${rows[r]} with ${neighbour} ${columns[c]}`)));
  const choose = (/** @type {number} */ r, /** @type {number} */ c) => {
    const cell = cells[r]?.[c];
    const button = buttons[r]?.[c];
    if (cell === undefined || button === undefined) return;
    for (const other of buttons.flat()) {
      other.tabIndex = other === button ? 0 : -1;
      other.classList.toggle('chosen', other === button);
    }
    reason.replaceChildren(...reasonOf(cell, `${own} ${rows[r]} with ${neighbour} ${columns[c]}`));
  };
  buttons.forEach((row, r) =>
    row.forEach((button, c) => {
      for (const event of ['focus', 'mouseenter', 'click']) button.addEventListener(event, () => choose(r, c));
      button.addEventListener('keydown', (event) => {
        const [dr, dc] = moves[event.key] ?? [0, 0];
        const next = buttons[r + dr]?.[c + dc];
        if ((dr === 0 && dc === 0) || next === undefined) return;
        event.preventDefault();
        next.focus();
      });
    }),
  );
  const [r, c] = worst(cells);
  choose(r, c);
  return element(
    'div',
    { class: 'matrix' },
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        element('caption', {}, `${own} down, `, linkTo(neighbour), ' across'),
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('td', {}),
            columns.map((column) => element('th', { scope: 'col' }, column)),
          ),
        ),
        element(
          'tbody',
          {},
          rows.map((row, index) =>
            element(
              'tr',
              {},
              element('th', { scope: 'row' }, row),
              (buttons[index] ?? []).map((button) => element('td', {}, button)),
            ),
          ),
        ),
      ),
    ),
    reason,
  );
}

/** @type {Readonly<Record<string, readonly [number, number]>>} */
const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {CellDocument} cell
 * @param {string} pair
 */
function cellButton(cell, pair) {
  return element(
    'button',
    { type: 'button', class: `cell ${cell.fit}` },
    words[cell.fit],
    unseen(` ${pair}. ${[...sentencesOf(cell), evidence[cell.evidence]].join('. ')}`),
  );
}

/**
 * @param {CellDocument} cell
 * @param {string} pair
 * @returns {readonly Node[]}
 */
function reasonOf(cell, pair) {
  return [
    element('p', {}, element('strong', {}, pair), ' ', element('span', { class: `verdict ${cell.fit}` }, words[cell.fit])),
    element(
      'ul',
      {},
      sentencesOf(cell).map((sentence) => element('li', {}, sentence)),
      cell.fit === 'none' ? undefined : element('li', { class: 'evidence' }, evidence[cell.evidence]),
    ),
  ];
}

/**
 * @param {CellDocument} cell
 * @returns {readonly string[]}
 */
function sentencesOf({ fit, reasons, more, judged }) {
  if (fit === 'none') return reasons;
  const needs = judged === 1 ? 'one need' : `${judged} needs`;
  if (fit === 'fits') return [`${needs} between them, all met`, ...reasons];
  return [...reasons, ...(more === 0 ? [] : [`and ${more} more like this`])];
}

/**
 * @param {MatrixDocument['cells']} cells
 * @returns {readonly [number, number]}
 */
function worst(cells) {
  for (const fit of ['misfit', 'unknown', 'care', 'fits'])
    for (const [r, row] of cells.entries()) for (const [c, cell] of row.entries()) if (cell.fit === fit) return [r, c];
  return [0, 0];
}
