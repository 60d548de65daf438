/** @import { IndexDocument, IndexEntry } from '../src/documents.ts' */

/**
 * @typedef {object} Found
 * @property {IndexEntry} entry
 * @property {number} rank The lower, the nearer.
 * @property {string} [match] Why it was found, where that is not its name or its description.
 */

/** Where people begin; libraries come with what needs them. */
const kinds = ['service', 'runtime', 'kernel', 'init', 'task', 'tool', 'config', 'library'];

/**
 * Components by name, capability (`soname:libssl.so.3`), file (`/usr/bin/redis-server`, or its last part) and description, the nearest first;
 * all of them for an empty text.
 *
 * @param {IndexDocument} index
 * @param {{ readonly text: string, readonly category?: string | undefined }} query
 * @returns {readonly Found[]}
 */
export function search(index, { text, category }) {
  const words = text.trim().toLowerCase();
  const found = index.components.flatMap((entry) => {
    if (category !== undefined && entry.category !== category) return [];
    if (words === '') return [{ entry, rank: kinds.indexOf(entry.kind) }];
    const best = bestOf([
      ...byName(entry, words),
      ...byOffer(entry, words),
      ...byFile(entry, words, index.folders),
      ...byDescription(entry, words),
    ]);
    return best === undefined ? [] : [{ entry, ...best }];
  });
  return found.sort((a, b) => a.rank - b.rank || (a.entry.name < b.entry.name ? -1 : 1));
}

/**
 * @typedef {object} Match
 * @property {number} rank
 * @property {string} [match]
 */

/**
 * @param {readonly Match[]} matches
 * @returns {Match | undefined}
 */
function bestOf(matches) {
  return matches.toSorted((a, b) => a.rank - b.rank)[0];
}

/**
 * @param {IndexEntry} entry
 * @param {string} words
 * @returns {readonly Match[]}
 */
function byName({ name }, words) {
  if (name === words) return [{ rank: 0 }];
  if (name.startsWith(words)) return [{ rank: 2 }];
  return name.includes(words) ? [{ rank: 4 }] : [];
}

/**
 * @param {IndexEntry} entry
 * @param {string} words
 * @returns {readonly Match[]}
 */
function byOffer({ offers }, words) {
  return offers.flatMap((what) => {
    const own = what.toLowerCase();
    const bare = own.slice(own.indexOf(':') + 1);
    const match = `offers ${what}`;
    if (own === words || bare === words) return [{ rank: 1, match }];
    if (own.startsWith(words) || bare.startsWith(words)) return [{ rank: 3, match }];
    return own.includes(words) ? [{ rank: 5, match }] : [];
  });
}

/**
 * @param {IndexEntry} entry
 * @param {string} words
 * @param {readonly string[]} folders
 * @returns {readonly Match[]}
 */
function byFile({ files }, words, folders) {
  return files.flatMap(([folder, names]) => {
    const place = folders[folder] ?? '';
    const all = names.split('/');
    return all.flatMap((name) => {
      const path = `${place}/${name}`;
      const own = (words.includes('/') ? path : name).toLowerCase();
      const match = `has ${path}`;
      if (own === words) return [{ rank: 1, match }];
      if (own.startsWith(words)) return [{ rank: 3.5, match }];
      return own.includes(words) ? [{ rank: 6, match }] : [];
    });
  });
}

/**
 * @param {IndexEntry} entry
 * @param {string} words
 * @returns {readonly Match[]}
 */
function byDescription({ description, category }, words) {
  const own = `${description} ${category}`.toLowerCase();
  return words.split(/\s+/).every((word) => own.includes(word)) ? [{ rank: 7 }] : [];
}
