export { printable } from './bad-archive.ts';
export { decompress } from './decompress.ts';
export { readDeb, readDebControl } from './read-deb.ts';
export { readTar, type TarEntry } from './read-tar.ts';
