/** @import { ComponentDocument, IndexDocument } from '../src/documents.ts' */

const data = new URL('../data/', import.meta.url);

/** @returns {Promise<IndexDocument>} */
export async function readIndex() {
  const index = await read('index.json');
  if (!isIndex(index)) throw new Error('index.json is not what this page reads');
  return index;
}

/**
 * Undefined where there is no such component.
 *
 * @param {string} name
 * @returns {Promise<ComponentDocument | undefined>}
 */
export async function readComponent(name) {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) return undefined;
  const component = await read(`components/${name}.json`);
  if (component === undefined) return undefined;
  if (!isComponent(component)) throw new Error(`components/${name}.json is not what this page reads`);
  return component;
}

/**
 * @param {string} path
 * @returns {Promise<unknown>}
 */
async function read(path) {
  const response = await fetch(new URL(path, data));
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.json();
}

/**
 * Whoever wrote this page wrote its documents; another page's have another number.
 *
 * @param {unknown} value
 * @returns {value is IndexDocument}
 */
function isIndex(value) {
  return typeof value === 'object' && value !== null && 'page' in value && value.page === 1 && 'components' in value;
}

/**
 * @param {unknown} value
 * @returns {value is ComponentDocument}
 */
function isComponent(value) {
  return typeof value === 'object' && value !== null && 'page' in value && value.page === 1 && 'lines' in value;
}
