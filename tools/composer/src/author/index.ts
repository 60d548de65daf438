/** The contributor's line: new, validate, build, update; and the refresh of pins that have vanished. */
export { buildComponent, type BuildReport, type BuildRequest, type BuiltPayload } from './build-component.ts';
export { upstreamOfDebian } from './debian-upstream.ts';
export { readComponentFolder, type ComponentFolder } from './component-folder.ts';
export { findPins, type FoundPins, type PinChange } from './find-pins.ts';
export { leftLineOnUpdate } from './left-line.ts';
export type { FoundPin, PinFinder, PinQuery } from './found-pin.ts';
export type { DerivedPayload, DeriveRequest, PayloadReader } from './payload-reader.ts';
export { openPinFinder, type PinFinderOptions } from './open-pin-finder.ts';
export { openPayloadReader, type PayloadReaderOptions } from './open-payload-reader.ts';
export {
  newComponent,
  newSkeleton,
  type CreatedComponent,
  type NewOwner,
  type NewReport,
  type NewRequest,
  type OfferedLibrary,
  type SkeletonReport,
  type SkeletonRequest,
} from './new/index.ts';
export { proveComponent, type Proof, type ProveRequest } from './prove-component.ts';
export { readOwners, type Maintainer, type Owners } from './read-owners.ts';
export { refreshPins, type RefreshedComponent, type RefreshRequest } from './refresh-pins.ts';
export { testGuests, type PlannedGuest, type TestGuestsRequest } from './test-guest/test-guests.ts';
export { labelOf as labelOfTested, type TestedComponent } from './test-guest/tested-component.ts';
export { updateComponents, type ComponentUpdate, type UpdateReport, type UpdateRequest } from './update-components.ts';
export { validateComponent, type ValidateRequest, type ValidationReport } from './validate-component.ts';
export { writeText } from './write-text.ts';
