import { Failure, type FailureCode } from '@moby/model';

/** A package is opened once its sum is the pinned one, so fetching it again would give the same bytes. */
const wayOut = 'these are the bytes that were pinned: pin another version with moby-compose component update, or report it to the archive';

/** A finding about an archive that can't be gone on with; what the archive says is made harmless for a terminal. */
export function badArchive(name: string, what: string, code: FailureCode = 'bad-archive'): Failure {
  return new Failure({ code, message: `\`${printable(name)}\` ${printable(what)}`, hints: [wayOut] });
}

/** Text from outside with its control characters replaced. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}
