/** A new component: of a Debian package, or a skeleton to be filled in. */
export type { NewOwner } from './component-texts.ts';
export { newComponent, type CreatedComponent, type NewReport, type NewRequest, type OfferedLibrary } from './new-component.ts';
export { newSkeleton, type SkeletonReport, type SkeletonRequest } from './skeleton.ts';
