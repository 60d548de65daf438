import { parseWish, readYaml } from '@moby/model';
import { recordOf } from './read-component.js';
const sections = ['onboot', 'services', 'onshutdown'];
/**
 * Reads leniently, as `readComponent` does and for the same reason. Constraints admit nothing by themselves, so they
 * give no edge; folders of one's own (`./app`) lie within the assembly's project.
 */
export async function readAssembly({ name, text }) {
    const document = await readYaml({ file: `assemblies/${name}/assembly.yaml`, text });
    const json = recordOf(document.ok ? document.value.value : undefined);
    const base = wishOf(json['extends']);
    // An assembly that extends another has its kernel and init from there.
    const own = (key) => (base === undefined ? [key] : []);
    const wishes = [
        ...orElse(recordOf(json['kernel'])['component'], own('linux')),
        ...orElse(json['init'], own('init')),
        ...listOf(json['with']),
        ...Object.values(recordOf(json['replace'])),
        ...Object.values(recordOf(json['defaults'])),
        ...sections.flatMap((section) => listOf(json[section]).map((entry) => recordOf(entry)['component'])),
    ];
    return { name, needs: wishes.flatMap((wish) => wishOf(wish) ?? []), extends: base?.name };
}
function orElse(value, others) {
    return value === undefined ? others : [value];
}
function wishOf(value) {
    return typeof value === 'string' ? parseWish(value) : undefined;
}
function listOf(value) {
    return Array.isArray(value) ? value : [];
}
//# sourceMappingURL=read-assembly.js.map