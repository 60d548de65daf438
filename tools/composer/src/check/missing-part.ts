import type { ComponentName, Diagnostic } from '@moby/model';
import type { Section } from '../parse/assembly.ts';

/** What an assembly has to have beside the components that were chosen, and what would give it. */
export interface MissingPart {
  readonly finding: Diagnostic;
  /** A component that has to be run. */
  readonly run?: { readonly name: ComponentName; readonly section: Section };
  /** A disk of the machine. */
  readonly volume?: string;
}
