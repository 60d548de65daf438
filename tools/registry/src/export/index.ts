export { catalogueOf } from './catalogue.ts';
export { exportRegistry, type ExportedVersion, type ExportRequest } from './export-registry.ts';
