export { readDeb, readDebControl } from './archive/read-deb.ts';
export type { TarEntry } from './archive/read-tar.ts';
export { copyrightPath } from './payload/copyright-files.ts';
export {
  type DebPayloadSource,
  type DerivedPayload,
  derivePayload,
  type FilesPayloadSource,
  type PayloadRecipe,
  type PayloadSource,
  type SourceFile,
} from './payload/derive-payload.ts';
export { openRecipe, pinDigest, readSourceFiles } from './payload/open-sources.ts';
export { readPayload } from './payload/write-payload.ts';
export { openContentStore } from './store/open-content-store.ts';
