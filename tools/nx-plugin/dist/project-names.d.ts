/** How projects are called that are not npm workspaces. */
/** `components/redis/8.0` → `redis/8.0`. */
export declare function lineProject(component: string, line: string): string;
/** `components/redis`: owners and readme, which every line of the component depends on. */
export declare function componentProject(component: string): string;
export declare function assemblyProject(assembly: string): string;
export declare const schemasProject = "schemas";
/** What judges and builds components; the CLI only hands it the words. */
export declare const composerProject = "@moby/composer";
/** What an assembly's targets run: everything below it, down to the machine that boots the artifact. */
export declare const cliProject = "moby-compose";
/** Whose validators are generated from the schemas. */
export declare const modelProject = "@moby/model";
//# sourceMappingURL=project-names.d.ts.map