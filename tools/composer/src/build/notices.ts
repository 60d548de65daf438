import { canonicalJson, payloadSources, type ContentStore, type Platform } from '@moby/model';
import { recallNotices } from '../fetch/prepared.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { ArtifactTexts } from './write-artifact.ts';

/**
 * What has to go with an artifact: each component with its license, the copyright files that its packages ship, and the
 * source packages that they were built from.
 */
export async function noticesOf(options: {
  readonly resolution: Resolution;
  readonly platform: Platform;
  readonly store: ContentStore;
  readonly title: string;
}): Promise<ArtifactTexts> {
  const { resolution, platform, store, title } = options;
  const parts: string[] = [`${title}\n\nEvery component of this artifact, and the copyright notices that its packages ship.\n`];
  const sources = new Map<
    string,
    { readonly component: string; readonly source: string; readonly version: string; readonly suite: string }
  >();
  for (const { manifest } of resolution.components.values()) {
    const payload = manifest.payload.platforms[platform];
    if (payload === undefined) continue;
    parts.push(`${'='.repeat(78)}\n${manifest.name} ${manifest.version}\nlicense: ${manifest.upstream.license}\n`);
    for (const notice of (await recallNotices(store, payload.digest)) ?? [])
      parts.push(`${'-'.repeat(78)}\n${notice.path}\n\n${notice.text.trimEnd()}\n`);
    for (const source of payloadSources(payload)) {
      if (source.kind !== 'deb') continue;
      sources.set(`${manifest.name} ${source.source} ${source.sourceVersion}`, {
        component: manifest.name,
        source: source.source,
        version: source.sourceVersion,
        suite: source.suite,
      });
    }
  }
  const list = [...sources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
  return { notices: parts.join('\n'), sources: canonicalJson({ sources: list }) };
}
