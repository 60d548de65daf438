import { fromNpmVersion, jsonOf, parseRange, recordOf, type Range, type Version } from '@moby/model';

/** What the graph needs of a component's package.json. */
export interface ComponentNeeds {
  readonly name: string;
  readonly line: string;
  /** Undefined where the version can't be read: such a line is taken to meet every range. */
  readonly version: Version | undefined;
  /** Component or capability → range. */
  readonly needs: readonly Need[];
  /** Capability → version or window, in which undefined stands for what can't be read. */
  readonly provides: ReadonlyMap<string, Range | undefined>;
}

export interface Need {
  readonly name: string;
  /** Undefined where it can't be read: taken to admit everything. */
  readonly range: Range | undefined;
}

/**
 * Reads leniently, unlike `parseManifest`: a graph without the edges of a broken manifest would hide what a change to it
 * can touch. What can't be read admits everything; `component validate` says what is wrong.
 */
export function readComponent({
  name,
  line,
  text,
}: {
  readonly name: string;
  readonly line: string;
  readonly text: string;
}): ComponentNeeds {
  const json = recordOf(jsonOf(text));
  const component = recordOf(json['component']);
  const proven = recordOf(component['proven']);
  const needs = [component['requires'], component['recommends'], proven['requires']].flatMap(needsOf);
  const kernel = recordOf(component['kernel']);
  if (kernel['version'] !== undefined) needs.push({ name: 'kernel:linux', range: rangeOf(kernel['version']) });
  const provides = new Map(
    [component['provides'], proven['provides']].flatMap((value) =>
      Object.entries(recordOf(value)).map(([capability, window]) => [capability, rangeOf(window)] as const),
    ),
  );
  const version = typeof json['version'] === 'string' ? fromNpmVersion(json['version']) : undefined;
  return { name, line, version, needs, provides };
}

function needsOf(value: unknown): Need[] {
  return Object.entries(recordOf(value)).map(([name, need]) => ({
    name,
    range: rangeOf(typeof need === 'string' ? need : recordOf(need)['range']),
  }));
}

function rangeOf(value: unknown): Range | undefined {
  return typeof value === 'string' ? parseRange(value) : undefined;
}
