/**
 * State lines: what an init says on the console about the machine, the only thing that tools read there.
 *
 *     moby: <uptime in seconds> <subject> <event> [detail]
 *
 * Subjects: `init`, `onboot NAME`, `service NAME`, `onshutdown NAME`. See docs/explanation/machine.md.
 */
export interface StateLine {
  /** The guest's own clock, in seconds since its kernel started. */
  readonly uptimeSeconds: number;
  readonly subject: StateSubject;
  /** The container; empty for `init`. */
  readonly name: string;
  /** One word: `start`, `containers`, `ready`, `started`, `exited`, ... */
  readonly event: string;
  /** The rest of the line; empty where there is none. */
  readonly detail: string;
}

export type StateSubject = 'init' | 'onboot' | 'service' | 'onshutdown';

/** A state line stands alone on its line. Undefined for everything else. */
export function parseStateLine(text: string): StateLine | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, uptime = '', init = '', subject = '', name = '', event = '', detail = ''] = match;
  return { uptimeSeconds: Number(uptime), subject: subjectOf(init + subject), name, event, detail };
}

/**
 * Reads state lines from a console that the kernel writes to at the same time. The kernel's messages may stand before
 * a state line, behind it, or in its middle; in the last case the state line ends on the console's next line.
 */
export function makeStateLineReader(): (line: string) => StateLine | undefined {
  let head = '';
  return (line) => {
    const joined = head + line;
    head = '';
    const start = joined.lastIndexOf(prefix);
    if (start < 0) return undefined;
    const found = joined.slice(start);
    const cut = kernelMessage.exec(found);
    if (cut === null) return parseStateLine(found.trimEnd());
    const before = found.slice(0, cut.index);
    const whole = parseStateLine(before);
    if (whole === undefined) head = before;
    return whole;
  };
}

const prefix = 'moby: ';
const pattern =
  /^moby: (\d{1,9}(?:\.\d{1,9})?) (?:(init)|(onboot|service|onshutdown) ([a-z0-9][a-z0-9.-]{0,80})) ([a-z][a-z-]{0,30})(?: (.{1,400}))?$/;
/** The kernel's time stamp, as printk writes it (Documentation/admin-guide/kernel-parameters, `printk.time`). */
const kernelMessage = /\[ {0,8}\d{1,9}\.\d{6}\] /;

function subjectOf(text: string): StateSubject {
  return text === 'onboot' || text === 'service' || text === 'onshutdown' ? text : 'init';
}
