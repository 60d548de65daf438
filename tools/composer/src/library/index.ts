/** Assemblies of a library that lies in no folder, judged as `check` judges them. */
export type { CheckedInLibrary, ChosenInLibrary } from './check-in-library.ts';
export { checkInLibrary } from './check-in-library.ts';
export type { LibraryView } from './library-view.ts';
export { parseInLibrary, type AssemblyInLibrary, type LockInLibrary, type ParsedInLibrary } from './parse-in-library.ts';
export { needsOf } from '../resolve/read-catalogue.ts';
export { formatLock, inputsOf } from '../lock/make-lock.ts';
export type { LockedComponent, Lockfile } from '../lock/lockfile.ts';
export { lockDifferences } from '../lock/stale-lock.ts';
