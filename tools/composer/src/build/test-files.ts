import { basename, extname } from 'node:path';
import type { ArtifactFile, ContentStore, Diagnostic, Expectation, Judged, Platform, RegistryComponent } from '@moby/model';
import type { FromMirrors } from '../fetch/open-blob-mirrors.ts';
import type { Download } from '../fetch/open-payload.ts';
import { storePayload } from '../fetch/store-payload.ts';
import { componentsOf } from '../check/chosen-components.ts';
import type { Assembly, ScriptWish } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';

export interface TestFilesInput {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
  readonly store: ContentStore;
  readonly download: Download;
  readonly fromMirrors: FromMirrors;
}

/** What a test needs beside the machine, in the store, and the expectations that speak of it. */
export interface TestFiles {
  readonly files: readonly ArtifactFile[];
  readonly expect: readonly Expectation[];
}

/** Scripts and the payloads that they ask for become files of the artifact, so that it is tested from its folder alone. */
export async function storeTestFiles(input: TestFilesInput): Promise<Judged<TestFiles>> {
  const files = new Map<string, ArtifactFile>();
  const findings: Diagnostic[] = [];
  const expect: Expectation[] = [];
  const add = (wish: ScriptWish, file: ArtifactFile): void => {
    const known = files.get(file.name);
    if (known !== undefined && known.digest !== file.digest) findings.push(twoFiles(wish, file.name));
    files.set(file.name, file);
  };
  for (const [index, wish] of input.assembly.expect.entries()) {
    if (wish.kind !== 'script') {
      expect.push(wish);
      continue;
    }
    const { digest, sizeBytes } = await input.store.write(wish.contents, { sizeBytes: wish.contents.length });
    const file = fileName(wish, index);
    add(wish, { role: 'test', name: file, sizeBytes, digest });
    for (const { name, contents } of wish.imports) {
      const stored = await input.store.write(contents, { sizeBytes: contents.length });
      add(wish, { role: 'test', name, ...stored });
    }
    const payloads: { readonly component: string; readonly file: string }[] = [];
    for (const component of wish.payloads) {
      const chosen = chosenComponent(input.resolution, component);
      const stored = chosen === undefined ? undefined : await storePayload({ ...input, component: chosen });
      if (stored === undefined) {
        findings.push(unknownPayload(wish, component));
        continue;
      }
      const tar = `payload-${component}.tar`;
      files.set(tar, { role: 'test', name: tar, ...stored });
      payloads.push({ component, file: tar });
    }
    expect.push({ kind: 'script', script: wish.script, file, payloads, withinMs: wish.withinMs });
  }
  return findings.length > 0 ? { ok: false, findings } : { ok: true, value: { files: [...files.values()], expect }, findings };
}

/** `test/engine.ts` → `test-1-engine.mts`: Node takes it for a module whatever lies around it. */
function fileName({ script }: ScriptWish, index: number): string {
  const ending = extname(script);
  const name = basename(script, ending)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 60);
  return `test-${index + 1}-${name}${ending.endsWith('ts') ? '.mts' : '.mjs'}`;
}

/** That of the machine's root where more than one version was chosen. */
function chosenComponent(resolution: Resolution, name: string): RegistryComponent | undefined {
  const roots = [...resolution.roots].sort((a, b) => a.scope.length - b.scope.length);
  for (const root of roots) {
    const found = componentsOf(resolution, root).find(({ manifest }) => manifest.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function twoFiles({ place }: ScriptWish, name: string): Diagnostic {
  const message = `scripts and what they import lie in one folder of the artifact, and two of them would be called \`${name}\``;
  return { severity: 'error', code: 'invalid-assembly', message, place, hints: ['give one of them another name'] };
}

function unknownPayload({ place }: ScriptWish, component: string): Diagnostic {
  return {
    severity: 'error',
    code: 'invalid-assembly',
    message: `a script asks for the payload of \`${component}\`, which is in no root of this assembly`,
    place,
    hints: [`put it into the machine’s root: \`with: [${component}]\``],
  };
}
