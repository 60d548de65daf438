/** @import { ComponentDocument, LineDocument } from '../src/documents.ts' */
import { announce, element, section } from './dom.js';

/**
 * How to use a line of a component, to copy.
 *
 * @param {ComponentDocument} component
 * @param {LineDocument} line
 */
export function useIt(component, line) {
  const commands = commandsFor(component, line);
  return section('Use it', element('div', { class: 'commands' }, commands.map(copyable)));
}

/**
 * @param {Pick<ComponentDocument, 'name' | 'kind' | 'lines'>} component
 * @param {Pick<LineDocument, 'line'>} line
 * @returns {readonly (readonly [what: string, text: string])[]}
 */
export function commandsFor({ name, kind, lines }, { line }) {
  // The newest line lets in what comes after it; who chooses an older one wants that one.
  const wish = `${name}@${lines[0]?.line === line ? '^' : '~'}${line}`;
  const isFoundation = kind === 'kernel' || kind === 'init';
  return [
    ['Try it in an assembly', `moby-compose assemble ASSEMBLY ${isFoundation ? `--replace ${name}=${wish}` : `--with ${wish}`}`],
    ['Keep it, in assembly.yaml', yamlFor(kind, wish)],
    ['Look further', `moby-compose info ${name}/${line}`],
  ];
}

/**
 * @param {ComponentDocument['kind']} kind
 * @param {string} wish
 */
function yamlFor(kind, wish) {
  switch (kind) {
    case 'service':
      return `services:\n  - component: ${wish}`;
    case 'task':
      return `onboot:\n  - component: ${wish}`;
    case 'kernel':
      return `kernel: { component: ${wish} }`;
    case 'init':
      return `init: ${wish}`;
    case 'runtime':
    case 'library':
    case 'tool':
    case 'config':
      return `with: [${wish}]`;
  }
}

/** @param {readonly [what: string, text: string]} command */
function copyable([what, text]) {
  const code = element('code', {}, text);
  const button = element('button', { type: 'button', 'aria-label': `Copy: ${what}` }, 'Copy');
  button.addEventListener('click', () => {
    void copy(text, code).then(({ word, told }) => {
      button.textContent = word;
      announce(told);
      return setTimeout(() => (button.textContent = 'Copy'), 2000);
    });
  });
  return element('div', { class: 'command' }, element('h3', {}, what), element('div', {}, element('pre', { tabindex: 0 }, code), button));
}

/**
 * Without a clipboard, as on a plain http address, the text is selected.
 *
 * @param {string} text
 * @param {HTMLElement} shown
 */
async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return { word: 'Copied', told: 'copied' };
  } catch {
    getSelection()?.selectAllChildren(shown);
    return { word: 'Selected', told: 'selected: copy it with your keyboard' };
  }
}
