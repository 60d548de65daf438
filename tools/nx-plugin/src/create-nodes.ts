import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createNodesFromFiles, type CreateNodesV2, type ProjectConfiguration, type TargetConfiguration } from '@nx/devkit';
import { assemblyProject, componentProject, lineProject, schemasProject } from './project-names.ts';

type Project = Omit<ProjectConfiguration, 'root'>;

const files =
  '{components/*/*/package.json,components/*/OWNERS.yaml,assemblies/*/assembly.yaml,schemas/component.v1.schema.json,tools/*/package.json}';

/** Component lines, components, assemblies and the schemas as projects; targets of the tools from what lies in their folders. */
export const createNodesV2: CreateNodesV2 = [
  files,
  (found, options, context) =>
    createNodesFromFiles((file) => ({ projects: { [dirname(file)]: projectOf(file, context.workspaceRoot) } }), found, options, context),
];

function projectOf(file: string, workspaceRoot: string): Project {
  const [top = '', name = '', line = ''] = file.split('/');
  if (top === 'tools') return { targets: toolTargets(`tools/${name}`, workspaceRoot) };
  if (top === 'schemas') return { name: schemasProject, tags: ['type:schemas'] };
  if (top === 'assemblies')
    return { name: assemblyProject(name), projectType: 'application', tags: ['type:assembly'], targets: assemblyTargets(name) };
  if (line === 'OWNERS.yaml') return { name: componentProject(name), tags: ['type:component'] };
  return { name: lineProject(name, line), projectType: 'library', tags: ['type:line'], targets: lineTargets(name, line) };
}

function toolTargets(root: string, workspaceRoot: string): Record<string, TargetConfiguration> {
  const has = (name: string): boolean => existsSync(join(workspaceRoot, root, name));
  return {
    ...(has('tsconfig.json') ? { typecheck: cached(`tsc -b ${root}`) } : {}),
    ...(has('test') ? { test: cached(`vitest run --project unit ${root}/test`) } : {}),
    ...(has('e2e') ? { e2e: cached(`vitest run --project cli ${root}/e2e`) } : {}),
    // Never cached: a boot also proves the programs of this machine.
    ...(has('boot') ? { boot: target(`vitest run --project boot ${root}/boot`) } : {}),
  };
}

function lineTargets(component: string, line: string): Record<string, TargetConfiguration> {
  const reference = `${component}/${line}`;
  return {
    validate: cached(`./moby-compose component validate ${reference}`),
    // Reads the archive and rewrites facts: what it gives is in git, not in a cache.
    build: target(`./moby-compose component build ${reference}`),
  };
}

function assemblyTargets(assembly: string): Record<string, TargetConfiguration> {
  return {
    check: cached(`./moby-compose check ${assembly} --locked`),
    assemble: target(`./moby-compose assemble ${assembly}`),
    test: target(`./moby-compose test ${assembly}`),
  };
}

function target(command: string): TargetConfiguration {
  return { command, options: { cwd: '{workspaceRoot}' } };
}

function cached(command: string): TargetConfiguration {
  return { ...target(command), cache: true, inputs: ['default', '^default'], outputs: [] };
}
