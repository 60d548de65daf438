export { catalogueOfParts, cataloguePart, type CatalogueDocument, type CataloguePart } from './catalogue.ts';
export { ownersText } from './description.ts';
export { exportRegistry, type ExportedVersion, type ExportRequest } from './export-registry.ts';
export { tarballPath } from './exported-packument.ts';
export { writeIfOther } from './registry-files.ts';
