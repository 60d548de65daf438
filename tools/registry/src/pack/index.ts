export { integrityOf, packComponent, packFiles, type PackedComponent } from './pack-component.ts';
export { isPacked, packageFiles, type PackageFile } from './package-files.ts';
export { packageLimits } from './package-limits.ts';
export { publishDocument, type PublishRequest } from './publish-document.ts';
export { readPackedComponent, type PackedContents } from './read-packed-component.ts';
export { readTarball } from './read-tarball.ts';
export { releaseDigests, type Release } from './release-digests.ts';
