import type { DebianPackage, DebianSuite } from '@moby/content';
import { debianArchitecture, type Diagnostic } from '@moby/model';
import type { FoundPin, PinFinder, PinQuery } from './found-pin.ts';

export interface PinFinderOptions {
  /** Opens and verifies a suite with its updates and security archive; asked once for each suite and architecture. */
  readonly open: (suite: { readonly suite: string; readonly architecture: string }) => Promise<DebianSuite>;
  /** Findings about the indexes, as `index-expired`. */
  readonly warn: (finding: Diagnostic) => void;
}

/** Debian's archives as an author asks them. */
export function openPinFinder({ open, warn }: PinFinderOptions): PinFinder {
  const suites = new Map<string, Promise<DebianSuite>>();
  const openOnce = (suite: string, architecture: string): Promise<DebianSuite> => {
    const key = `${suite} ${architecture}`;
    const opened = suites.get(key) ?? openAndTell({ suite, architecture });
    suites.set(key, opened);
    return opened;
  };
  const openAndTell = async (which: Parameters<PinFinderOptions['open']>[0]): Promise<DebianSuite> => {
    const suite = await open(which);
    suite.findings.forEach(warn);
    return suite;
  };
  return {
    async newest(query: PinQuery): Promise<FoundPin | undefined> {
      const suite = await openOnce(query.suite, debianArchitecture(query.platform));
      const { package: name, follows } = query;
      const found = follows === undefined ? suite.findPackage(name) : suite.followMetapackage(follows, name);
      return found === undefined ? undefined : pinOf(found);
    },
  };
}

function pinOf(found: DebianPackage): FoundPin {
  const { package: name, version, sha256, size, path, source, sourceVersion } = found;
  return { package: name, version, sha256, size, path, source, sourceVersion };
}
