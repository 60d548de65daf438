import { intersects, isCapability, parseVersion, satisfies } from '@moby/model';
import { assemblyProject, cliProject, componentProject, composerProject, lineProject, modelProject, schemasProject, } from './project-names.js';
/**
 * The graph behind `affected`: an edge goes to every line that a range or a capability admits, not only to the one that
 * a lock chose, because a change of any of them can change the choice. Sorted, each edge once.
 */
export function edgesOf({ components, assemblies }) {
    const edges = [{ source: modelProject, target: schemasProject }];
    for (const component of components) {
        const source = lineProject(component.name, component.line);
        for (const target of [componentProject(component.name), schemasProject, composerProject])
            edges.push({ source, target });
        for (const need of component.needs)
            for (const target of admittedBy(need, components))
                edges.push({ source, target });
    }
    for (const assembly of assemblies) {
        const source = assemblyProject(assembly.name);
        for (const target of [schemasProject, cliProject])
            edges.push({ source, target });
        if (assembly.extends !== undefined)
            edges.push({ source, target: assemblyProject(assembly.extends) });
        for (const need of assembly.needs)
            for (const target of admittedBy(need, components))
                edges.push({ source, target });
    }
    const unique = new Map(edges.filter(({ source, target }) => source !== target).map((edge) => [`${edge.source} ${edge.target}`, edge]));
    return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}
function admittedBy(need, components) {
    return components.filter((component) => mayMeet(component, need)).map(({ name, line }) => lineProject(name, line));
}
function mayMeet(component, { name, range }) {
    if (!isCapability(name)) {
        if (component.name !== name)
            return false;
        return range === undefined || component.version === undefined || satisfies(component.version, range);
    }
    if (!component.provides.has(name))
        return false;
    const offered = component.provides.get(name);
    return range === undefined || offered === undefined || overlaps(offered, range);
}
/** What is offered is an exact version or a window. */
function overlaps(offered, range) {
    const version = parseVersion(offered);
    return version === undefined ? intersects(offered, range) : satisfies(version, range);
}
//# sourceMappingURL=edges.js.map