export { decompress, printable, readDeb, readDebControl, readTar, type TarEntry } from './archive/index.ts';
export { readAptConfiguration } from './debian/apt-configuration.ts';
export { compareDebianVersions } from './debian/compare-versions.ts';
export { type DebianLocation, findLocations, type MirrorChoice, mirrorVariable, type PublicMirror } from './debian/find-locations.ts';
export { type DebianSuite, openSuite, type SuiteOptions } from './debian/open-suite.ts';
export type { DebianPackage, Dependency } from './debian/packages-index.ts';
export { pinPackage } from './debian/pin-package.ts';
export { fetchBlobs, type FetchedBlobs, type FetchOptions } from './download/fetch-blobs.ts';
export {
  type Http,
  type HttpClient,
  type HttpHeaders,
  type HttpOptions,
  type HttpResponse,
  openHttp,
  TransportError,
} from './download/open-http.ts';
export { type Environment, type ProxySettings, proxySettings } from './download/proxy-settings.ts';
export { SourceVanished } from './download/source-vanished.ts';
export { type Credentials, type CredentialsFound, type CredentialsWish, findCredentials } from './oci/credentials.ts';
export { manifestType, type OciManifest, type OciRegistry, openOciRegistry, type OciRegistryOptions } from './oci/open-oci-registry.ts';
export { chunkBytes, type PushedBlob, type PushOptions, type UploadMemory } from './oci/push-blob.ts';
export { type OciRepository, parseOciRepository } from './oci/repository.ts';
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
export { openRecipe, pinDigest, readKeptFiles, readSourceFiles, readWholePackage, type WholePackage } from './payload/open-sources.ts';
export { readPayload, writePayload } from './payload/write-payload.ts';
export { openContentStore } from './store/open-content-store.ts';
export { openTemporaryFiles, type TemporaryFiles } from './store/temporary-files.ts';
export { errorCode, writeFailure } from './store/write-failure.ts';
