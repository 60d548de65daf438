/** How projects are called that are not npm workspaces. */
/** `components/redis/8.0` → `redis/8.0`. */
export function lineProject(component, line) {
    return `${component}/${line}`;
}
/** `components/redis`: owners and readme, which every line of the component depends on. */
export function componentProject(component) {
    return component;
}
export function assemblyProject(assembly) {
    return `assembly:${assembly}`;
}
export const schemasProject = 'schemas';
/** What judges and builds components; the CLI only hands it the words. */
export const composerProject = '@moby/composer';
/** What an assembly's targets run: everything below it, down to the machine that boots the artifact. */
export const cliProject = 'moby-compose';
/** Whose validators are generated from the schemas. */
export const modelProject = '@moby/model';
//# sourceMappingURL=project-names.js.map