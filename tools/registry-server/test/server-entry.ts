/** A registry in a process of its own, for tests: `node -C source server-entry.ts '<JSON of EntryOptions>'`. */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  defaultSettings,
  jsonLog,
  openJudge,
  openProver,
  proverLimits,
  readSettings,
  serveRegistry,
  type Judge,
  type Judgement,
  type ServeOptions,
} from '../src/index.ts';

export interface EntryOptions {
  readonly root: string;
  /** A configuration file. */
  readonly config?: string;
  readonly pluginFolder?: string;
  /** Rules that tests can see at work, the governor's, or none. */
  readonly rules?: 'test' | 'governor' | 'none';
  /** The content store that payloads are proven with. */
  readonly store?: string;
  readonly proveEveryMs?: number;
  /** Rules that end the process, or only break, at a keyword that is not a word. */
  readonly fragile?: 'ends' | 'breaks';
  /** The process's clock goes wrong by so much. */
  readonly clockSkewMs?: number;
}

const options: EntryOptions = JSON.parse(process.argv[2] ?? '{}');
if (options.clockSkewMs !== undefined) skewClock(options.clockSkewMs);

/** Rules that tests can see at work: what a description says is found. */
const judge: Judge = {
  publish: async ({ document }) => {
    const { keywords } = document;
    if (
      options.fragile !== undefined &&
      Array.isArray(keywords) &&
      keywords.some((word) => word !== 'x' && word !== 'one' && word !== 'two')
    ) {
      if (options.fragile === 'ends') process.exit(7);
      throw new Error('a fragile rule');
    }
    return judgementOf(document['description']);
  },
  change: () => Promise.resolve(passed),
};

/** Everything in the process that asks for the time is told a wrong one, also what is not ours. */
function skewClock(byMs: number): void {
  const trueNow = Date.now.bind(Date);
  const now = (): number => trueNow() + byMs;
  globalThis.Date = new Proxy(Date, {
    construct: (real, args) => Reflect.construct(real, args.length === 0 ? [now()] : args),
    get: (real, name, receiver) => (name === 'now' ? now : Reflect.get(real, name, receiver)),
  });
}

const passed: Judgement = { findings: [], refusal: undefined, payload: 'proven' };

function judgementOf(description: unknown): Judgement {
  if (description === 'throws') throw new Error('a rule has a bug');
  if (description !== 'bad' && description !== 'doubtful') return passed;
  const message = `the description says \`${description}\``;
  const severity = description === 'bad' ? 'error' : 'warning';
  return {
    ...passed,
    findings: [{ rule: 'MOBY-T001', name: 'test-rule', severity, message }],
    refusal: description === 'bad' ? `MOBY-T001 test-rule: ${message}` : undefined,
  };
}

function rules(): Pick<ServeOptions, 'judge'> {
  const { rules: which = 'test', store = join(options.root, 'no-store') } = options;
  if (which === 'none') return {};
  return { judge: which === 'test' ? () => judge : (world) => openJudge(world, openProver({ store, ...proverLimits })) };
}

const [stop, now] = [new AbortController(), new AbortController()];
process.on('SIGTERM', () => (stop.signal.aborted ? now.abort() : stop.abort()));

const read = options.config === undefined ? undefined : await readSettings(options.config, readFileSync(options.config, 'utf8'));
if (read !== undefined && !read.ok) throw new Error(JSON.stringify(read.findings));
try {
  await serveRegistry({
    root: options.root,
    settings: { ...(read?.value.settings ?? defaultSettings), listen: read?.value.settings.listen ?? { host: '127.0.0.1', port: 0 } },
    log: jsonLog(
      (line) => writeSync(2, line),
      () => new Date(),
    ),
    verdaccioLog: 2,
    ...rules(),
    ...(options.proveEveryMs === undefined ? {} : { proveEveryMs: options.proveEveryMs }),
    ...(options.pluginFolder === undefined ? {} : { pluginFolder: options.pluginFolder }),
    signal: stop.signal,
    impatience: now.signal,
    now: () => new Date(),
    onReady: (ready) => writeSync(1, `${JSON.stringify(ready)}\n`),
  });
} catch (error) {
  writeSync(
    1,
    `${JSON.stringify({ failed: error instanceof Error ? error.message : String(error), code: error instanceof Error && 'code' in error ? error.code : '' })}\n`,
  );
  process.exitCode = 1;
}
