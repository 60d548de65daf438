import type { Diagnostic, RegistryComponent } from '@moby/model';
import type { Edge } from '@moby/abi';
import type { Lockfile } from '@moby/composer/library';
import type { AssemblyState } from '../formats/review-report.ts';
import type { LibrarySide } from './library-side.ts';

/** A library before and after a pull request: its components, and each assembly that can come to look at what is touched. */
export interface LibraryChange {
  readonly before: LibrarySide;
  readonly after: LibrarySide;
  /** Sorted by name. An assembly that isn't among them resolves and checks after the merge as it did before. */
  readonly assemblies: readonly AssemblyChange[];
}

export interface AssemblyChange {
  readonly name: string;
  /** Its file, or its lock's, is another after the merge. */
  readonly touched: boolean;
  /** Missing where there is no such assembly on that side. */
  readonly before?: AssemblyAnswer;
  readonly after?: AssemblyAnswer;
}

/** What `moby-compose check` says of an assembly. */
export interface AssemblyAnswer {
  readonly state: Exclude<AssemblyState, 'absent'>;
  /** How far it came. `unreadable`: the assembly, its lock, facts or a component can't be read. */
  readonly kind: 'unreadable' | 'unsolvable' | 'chosen';
  /** What is wrong. */
  readonly findings: readonly Diagnostic[];
  /** Edges that are broken, and those of which a fact is missing. */
  readonly edges: readonly Edge[];
  /** Missing where nothing was chosen. */
  readonly chosen?: ChosenParts;
  /** The lock beside it; missing where there is none. */
  readonly lock?: AssemblyLock;
}

export interface ChosenParts {
  /** By `redis@8.0.2+r1`. */
  readonly components: ReadonlyMap<string, RegistryComponent>;
  /** Who stands with whom: the machine's root is ''. */
  readonly roots: readonly {
    readonly scope: string;
    readonly components: readonly { readonly name: string; readonly version: string }[];
  }[];
  /** `redis: soname:libc.so.6 *`, and who meets it. */
  readonly edges: readonly { readonly from: string; readonly need: string; readonly by: string }[];
  /** The lock that would be written. */
  readonly lock: Lockfile;
}

export interface AssemblyLock {
  readonly text: string;
  /** Missing where it can't be read. */
  readonly lock?: Lockfile;
  readonly findings: readonly Diagnostic[];
  /** What the text would be if the program had written what it says; missing with `lock`. */
  readonly canonical?: string;
  /** It was written of the assembly as it is. */
  readonly isOfInputs: boolean;
  /** What resolving gives that it hasn't, as phrases; of a version that both have, what is in it doesn't count. Empty where nothing was chosen. */
  readonly differences: readonly string[];
  /** By id, what the library holds under each that the lock names: the tree's digest, or nothing where there is no such version. */
  readonly held: ReadonlyMap<string, string | undefined>;
}
