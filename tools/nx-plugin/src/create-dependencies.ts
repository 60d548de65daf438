import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DependencyType, type CreateDependencies, type CreateDependenciesContext, type RawProjectGraphDependency } from '@nx/devkit';
import { edgesOf } from './edges.ts';
import { readAssembly, type AssemblyNeeds } from './read-assembly.ts';
import { readComponent, type ComponentNeeds } from './read-component.ts';

const linePattern = /^components\/([^/]+)\/([^/]+)$/;
const assemblyPattern = /^assemblies\/([^/]+)$/;

/** The edges between components, assemblies and the tools that their targets run, read from the manifests. */
export const createDependencies: CreateDependencies = async (_options, context) => {
  const roots = Object.values(context.projects).map(({ root }) => root);
  const components = await Promise.all(roots.flatMap((root) => componentAt(root, context)));
  const assemblies = await Promise.all(roots.flatMap((root) => assemblyAt(root, context)));
  return edgesOf({ components, assemblies })
    .filter(({ source, target }) => context.projects[source] !== undefined && context.projects[target] !== undefined)
    .map(({ source, target }): RawProjectGraphDependency => ({ source, target, type: DependencyType.implicit }));
};

function componentAt(root: string, context: CreateDependenciesContext): Promise<ComponentNeeds>[] {
  const match = linePattern.exec(root);
  if (match === null) return [];
  const [, name = '', line = ''] = match;
  return [readFile(join(context.workspaceRoot, root, 'package.json'), 'utf8').then((text) => readComponent({ name, line, text }))];
}

function assemblyAt(root: string, context: CreateDependenciesContext): Promise<AssemblyNeeds>[] {
  const match = assemblyPattern.exec(root);
  if (match === null) return [];
  const [, name = ''] = match;
  return [readFile(join(context.workspaceRoot, root, 'assembly.yaml'), 'utf8').then((text) => readAssembly({ name, text }))];
}
