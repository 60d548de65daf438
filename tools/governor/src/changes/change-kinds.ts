import type { ChangeKind } from './change-kind.ts';
import { contents } from './contents.ts';
import { needs } from './needs.ts';
import { offers } from './offers.ts';

/** Every kind of change. */
export const changeKinds: readonly ChangeKind[] = [...offers, ...needs, ...contents];
