import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DependencyType } from '@nx/devkit';
import { edgesOf } from './edges.js';
import { readAssembly } from './read-assembly.js';
import { readComponent } from './read-component.js';
const linePattern = /^components\/([^/]+)\/([^/]+)$/;
const assemblyPattern = /^assemblies\/([^/]+)$/;
/** The edges between components, assemblies and the tools that their targets run, read from the manifests. */
export const createDependencies = async (_options, context) => {
    const roots = Object.values(context.projects).map(({ root }) => root);
    const components = await Promise.all(roots.flatMap((root) => componentAt(root, context)));
    const assemblies = await Promise.all(roots.flatMap((root) => assemblyAt(root, context)));
    return edgesOf({ components, assemblies })
        .filter(({ source, target }) => context.projects[source] !== undefined && context.projects[target] !== undefined)
        .map(({ source, target }) => ({ source, target, type: DependencyType.implicit }));
};
function componentAt(root, context) {
    const match = linePattern.exec(root);
    if (match === null)
        return [];
    const [, name = '', line = ''] = match;
    return [readFile(join(context.workspaceRoot, root, 'package.json'), 'utf8').then((text) => readComponent({ name, line, text }))];
}
function assemblyAt(root, context) {
    const match = assemblyPattern.exec(root);
    if (match === null)
        return [];
    const [, name = ''] = match;
    return [readFile(join(context.workspaceRoot, root, 'assembly.yaml'), 'utf8').then((text) => readAssembly({ name, text }))];
}
//# sourceMappingURL=create-dependencies.js.map