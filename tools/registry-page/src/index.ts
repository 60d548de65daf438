export type * from './documents.ts';
export { openPageData, pageData, type PageData, type PageDocument } from './page-data.ts';
export { pageFiles, pageHeaders, type PageFile } from './page-files.ts';
export { openFolderRecords, type ComponentRecord, type PageSource } from './records.ts';
