export * from './author/index.ts';
export * from './root/index.ts';
export type { Composed, ComposeRequest, LockPolicy, Surroundings, Variation } from './request.ts';
export { outlineOf } from './check/outline-of.ts';
export { judgeVerdict } from './check/judge-verdict.ts';
export type { Verdict } from './check/verdict.ts';
export type { ComponentChange, Granted, JudgedDiff, LockDiff, SizeChange } from './diff/lock-diff.ts';
export { openArchive, type Archive } from './fetch/open-archive.ts';
export { openBlobMirrors, type BlobMirrors } from './fetch/open-blob-mirrors.ts';
export type { Lockfile } from './lock/lockfile.ts';
export { storeFolder } from './store-folder.ts';
export type { Checked } from './check-assembly.ts';
export { openLine, type Line } from './line.ts';
export type { Assembly, Entry, RootWish } from './parse/assembly.ts';
export { assemblyNames, locateAssembly } from './parse/locate-assembly.ts';
export type { ResolvedEdge, ResolvedRoot, Resolution } from './resolve/resolution.ts';
export * from './verify/index.ts';
export {
  mirrorPayloads,
  type MirroredComponent,
  type MirrorReport,
  type MirrorRequest,
  type ReportedPayload,
} from './mirror/mirror-payloads.ts';
export { findWhy, type WhyChain, type WhyLink } from './why.ts';
