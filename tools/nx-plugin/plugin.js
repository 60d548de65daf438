// The door for Nx, which knows nothing of the condition `source`: in a checkout the workspaces answer with their sources.
import { createRequire, registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier.startsWith('@moby/') ? { ...context, conditions: ['source', ...context.conditions] } : context),
});
const { createDependencies, createNodesV2, name } = createRequire(import.meta.url)('@moby/nx-plugin');

export { createDependencies, createNodesV2, name };
