/** A component as its author writes it: no pins, no digest; `component update` adds them. */
export interface ComponentSpec {
  readonly name: string;
  readonly line: string;
  /** npm's, with the revision folded in. */
  readonly version: string;
  readonly upstream: string;
  readonly kind: string;
  readonly manifest?: object;
  readonly sources: readonly object[];
  /** Links and directories. */
  readonly payload?: object;
  /** What lies below `files/`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Its files, below `components/`. */
export function component(spec: ComponentSpec): Readonly<Record<string, string>> {
  const folder = `${spec.name}/${spec.line}`;
  const files = spec.files ?? {};
  const manifest = {
    name: `@moby/${spec.name}`,
    version: spec.version,
    description: `the test component ${spec.name}`,
    license: 'Apache-2.0',
    files: ['facts.json', ...(Object.keys(files).length > 0 ? ['files/'] : [])],
    component: {
      kind: spec.kind,
      category: 'test',
      upstream: { version: spec.upstream, license: 'Apache-2.0' },
      ...spec.manifest,
      payload: { form: 1, platforms: { 'linux/amd64': { sources: spec.sources, ...spec.payload } } },
    },
  };
  return {
    [`${folder}/package.json`]: `${JSON.stringify(manifest, undefined, 2)}\n`,
    ...Object.fromEntries(Object.entries(files).map(([path, contents]) => [`${folder}/files/${path}`, contents])),
  };
}

export function owners(name: string): Readonly<Record<string, string>> {
  return {
    [`${name}/OWNERS.yaml`]: 'lifecycle: experimental\nmaintainers:\n  - name: tester\n',
    [`${name}/README.md`]: `# ${name}\n\nFor tests.\n`,
  };
}
