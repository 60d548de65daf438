export type * from './documents.ts';
export { openPackageRegistry, type PackageRegistry } from './packages/open-package-registry.ts';
export { packageRecord } from './packages/package-record.ts';
export type { Packages } from './packages/packages.ts';
export { writePage } from './packages/write-page.ts';
export { openPageData, pageData, type FoundComponent, type PageData, type PageDocument } from './page-data.ts';
export { pageFiles, pageHeaders, type PageFile } from './page-files.ts';
export type { PageComponent, PageRegistry } from './page-registry.ts';
export { openFolderRecords, type ComponentRecord, type PageSource } from './records.ts';
