import { fromNpmVersion, parseRange } from '@moby/model';
/**
 * Reads leniently, unlike `parseManifest`: a graph without the edges of a broken manifest would hide what a change to it
 * can touch. What can't be read admits everything; `component validate` says what is wrong.
 */
export function readComponent({ name, line, text, }) {
    const json = recordOf(parseJson(text));
    const component = recordOf(json['component']);
    const proven = recordOf(component['proven']);
    const needs = [component['requires'], component['recommends'], proven['requires']].flatMap(needsOf);
    const kernel = recordOf(component['kernel']);
    if (kernel['version'] !== undefined)
        needs.push({ name: 'kernel:linux', range: rangeOf(kernel['version']) });
    const provides = new Map([component['provides'], proven['provides']].flatMap((value) => Object.entries(recordOf(value)).map(([capability, window]) => [capability, rangeOf(window)])));
    const version = typeof json['version'] === 'string' ? fromNpmVersion(json['version']) : undefined;
    return { name, line, version, needs, provides };
}
function needsOf(value) {
    return Object.entries(recordOf(value)).map(([name, need]) => ({
        name,
        range: rangeOf(typeof need === 'string' ? need : recordOf(need)['range']),
    }));
}
function rangeOf(value) {
    return typeof value === 'string' ? parseRange(value) : undefined;
}
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
export function recordOf(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
//# sourceMappingURL=read-component.js.map