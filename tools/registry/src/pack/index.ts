export { integrityOf, packComponent, type PackedComponent } from './pack-component.ts';
export { packageFiles, type PackageFile } from './package-files.ts';
export { packageLimits } from './package-limits.ts';
export { publishDocument, type PublishRequest } from './publish-document.ts';
export { releaseDigests, type Release } from './release-digests.ts';
export { readTarball } from './read-tarball.ts';
