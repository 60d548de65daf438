import { type GoShimReply, goShimReplies, type GoShimStart } from '@moby/model';
import { dataRanges } from './find-descriptors.ts';
import type { FunctionTable } from './function-table.ts';
import { type GoLayout, holdsText } from './go-layout.ts';

/** The result of the function that containerd's shim library calls for a start, as its type data spells it, newest first. */
const startTypes = [
  ['protobuf', '*bootstrap.BootstrapParams) (*bootstrap.BootstrapResult, error)'],
  ['json', 'shim.StartOpts) (shim.BootstrapParams, error)'],
  ['plain', 'shim.StartOpts) (string, error)'],
  ['plain', '(context.Context, string, string, string, string) (string, error)'],
] as const;

/**
 * How a daemon and a shim that were made of containerd's own packages meet, by what can't be left out of the program:
 *
 * | containerd | the shim library's start function gives | the daemon reads it with                               |
 * |------------|------------------------------------------|--------------------------------------------------------|
 * | to 1.6     | a text, the address                      | `runtime/v2.(*binary).Start` itself                    |
 * | 1.7        | the same                                 | `runtime/v2.parseStartResponse`, `shim.BootstrapParams` |
 * | 2.0 to 2.2 | `shim.BootstrapParams`                   | the same                                               |
 * | from 2.3   | `*bootstrap.BootstrapResult`             | the same, and `bootstrap.BootstrapResult`              |
 *
 * Undefined where a program has neither part.
 */
export function readShimStart(layout: GoLayout, table: FunctionTable): GoShimStart | undefined {
  const holds = (text: string): boolean => dataRanges(layout, table.names).some((range) => holdsText(layout, text, range));
  const hasFunction = (part: string, pattern: RegExp): boolean => [...table.functionsWith(part)].some((name) => pattern.test(name));
  const isDaemon = hasFunction('.(*binary).Start', /\/runtime\/v2\.\(\*binary\)\.Start$/);
  const isShim = hasFunction('/shim.run', /\/(?:runtime\/v2|pkg)\/shim\.run$/);
  const accepts = isDaemon ? acceptedReplies(hasFunction('.parseStartResponse', /\/runtime\/v2\.parseStartResponse$/), holds) : [];
  const emits = isShim ? startTypes.find(([, type]) => holds(type))?.[0] : undefined;
  if (accepts.length === 0 && emits === undefined) return undefined;
  return { ...(accepts.length === 0 ? {} : { accepts }), ...(emits === undefined ? {} : { emits }) };
}

function acceptedReplies(parses: boolean, holds: (text: string) => boolean): readonly GoShimReply[] {
  const types: Readonly<Record<GoShimReply, boolean>> = {
    plain: true,
    json: parses && holds('*shim.BootstrapParams'),
    protobuf: parses && holds('*bootstrap.BootstrapResult'),
  };
  return goShimReplies.filter((reply) => types[reply]);
}
