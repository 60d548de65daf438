import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { takeTurns } from '../gate/take-turns.ts';
import type { ProcessOrder, ProcessWord } from './answer-questions.ts';

/** A process beside the server that answers what it is asked, within bounds of time and memory. Whatever becomes of it, the server goes on. */
export interface BesideProcess {
  /** Starts it, so that whoever asks first waits less. */
  begin(): void;
  /** Its answer. Rejects with `NoAnswer`. */
  ask(question: object): Promise<unknown>;
  /** Tells it something, where it runs. */
  tell(news: object): void;
  /** Ends it; nothing is answered any more. */
  close(): void;
}

export interface ProcessOptions {
  /** The module that it runs; `entryBeside` finds it. */
  readonly entry: string;
  readonly heapMegabytes: number;
  /** An answer that takes longer, from when it is asked for, is none. */
  readonly maxMs: number;
  /** `one`: a question waits for the one before it, and a process that is late is ended. `many`: all at once, and a late one goes on. */
  readonly questions: 'one' | 'many';
  /** Who asks for more is told to come back. */
  readonly maxWaiting: number;
  /** It gives way to the server where both want to work. */
  readonly isBackground?: true;
  /** Without a question for so long, it ends; the next one waits for another. */
  readonly idleMs?: number;
  /** One that ended by itself is not started again before; by `now`, in ms. */
  readonly pauseMs?: number;
  readonly now?: () => number;
  /** Told to each that starts. */
  readonly greeting?: object;
  readonly onStart?: () => void;
  /** What it says without being asked. */
  readonly onNews?: (news: unknown) => void;
  /** It ended by itself. */
  readonly onEnd?: (why: string) => void;
}

/** `late`: it took too long. `ended`: the process did. `busy`: come back. `failed`: a bug, with its stack. */
export type WhyNoAnswer = 'late' | 'ended' | 'busy' | 'failed';

export class NoAnswer extends Error {
  readonly why: WhyNoAnswer;

  constructor(why: WhyNoAnswer, message: string) {
    super(message);
    this.name = 'NoAnswer';
    this.why = why;
  }
}

/** `judge-entry` beside the module that asks, as a source or as it was built. */
export function entryBeside(moduleUrl: string, name: string): string {
  return fileURLToPath(new URL(`./${name}${moduleUrl.endsWith('.ts') ? '.ts' : '.js'}`, moduleUrl));
}

export function openProcess(options: ProcessOptions): BesideProcess {
  return new ForkedProcess(options);
}

interface Waiting {
  readonly answer: (value: unknown) => void;
  readonly fail: (why: NoAnswer) => void;
}

class ForkedProcess implements BesideProcess {
  readonly #options: ProcessOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #turns = takeTurns();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #endedAt: number | undefined;
  #asked = 0;
  #queued = 0;
  #isClosed = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#running();
  }

  async ask(question: object): Promise<unknown> {
    const { questions, maxWaiting, idleMs } = this.#options;
    if (this.#queued >= maxWaiting) throw new NoAnswer('busy', 'too many wait for it');
    this.#queued += 1;
    clearTimeout(this.#idle);
    try {
      return await (questions === 'one' ? this.#turns('', () => this.#askNow(question)) : this.#askNow(question));
    } finally {
      this.#queued -= 1;
      if (idleMs !== undefined && this.#queued === 0) this.#idle = setTimeout(() => this.#stop(), idleMs).unref();
    }
  }

  tell(news: object): void {
    if (this.#child !== undefined) this.#send(this.#child, { kind: 'news', news });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#stop();
    this.#failAll(new NoAnswer('ended', 'the server is stopping'));
  }

  #askNow(question: object): Promise<unknown> {
    const child = this.#running();
    if (child === undefined) return Promise.reject(new NoAnswer('busy', 'it is not running'));
    const { maxMs, questions } = this.#options;
    return new Promise((resolve, reject) => {
      const id = (this.#asked += 1);
      const late = (): void => {
        if (questions === 'one') this.#stop();
        end(() => reject(new NoAnswer('late', `it took longer than ${maxMs / 1000} s`)));
      };
      const timer = setTimeout(late, maxMs);
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        settle();
      };
      this.#waiting.set(id, { answer: (value) => end(() => resolve(value)), fail: (why) => end(() => reject(why)) });
      this.#send(child, { kind: 'question', id, question });
    });
  }

  #running(): ChildProcess | undefined {
    if (this.#isClosed || this.#child !== undefined) return this.#child;
    const { pauseMs, now = () => 0, greeting, onStart } = this.#options;
    if (pauseMs !== undefined && this.#endedAt !== undefined && now() - this.#endedAt < pauseMs) return undefined;
    const child = startProcess(this.#options);
    this.#child = child;
    child.on('message', (word: ProcessWord) => this.#hear(word));
    child.once('error', (error) => this.#ended(child, error.message));
    child.once('exit', (code, signal) => this.#ended(child, `it ended early (${signal ?? code})`));
    if (greeting !== undefined) this.#send(child, { kind: 'news', news: greeting });
    onStart?.();
    return child;
  }

  #send(child: ChildProcess, order: ProcessOrder): void {
    // What can't be sent is told by the end of the process.
    child.send(order, () => undefined);
  }

  #hear(word: ProcessWord): void {
    switch (word.kind) {
      case 'answer':
        this.#waiting.get(word.id)?.answer(word.answer);
        return;
      case 'failed':
        this.#waiting.get(word.id)?.fail(new NoAnswer('failed', word.error));
        return;
      case 'news':
        this.#options.onNews?.(word.news);
    }
  }

  #ended(child: ChildProcess, why: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#endedAt = this.#options.now?.();
    this.#options.onEnd?.(why);
    this.#failAll(new NoAnswer('ended', why));
  }

  #stop(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.removeAllListeners();
    // An end that was not waited for is no news to anybody.
    child?.on('error', () => undefined);
    child?.kill('SIGKILL');
  }

  #failAll(why: NoAnswer): void {
    for (const { fail } of this.#waiting.values()) fail(why);
  }
}

function startProcess({ entry, heapMegabytes, isBackground }: ProcessOptions): ChildProcess {
  const child = fork(entry, {
    execArgv: [...process.execArgv, ...sourcesOf(entry), `--max-old-space-size=${heapMegabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
  });
  // A server that is done doesn't wait for it; it ends when its server is gone.
  child.unref();
  child.channel?.unref();
  if (isBackground === true) giveWay(child);
  return child;
}

/** In a checkout the program finds its sources by a hook, which a child doesn't inherit: it would look for what only a build makes. */
function sourcesOf(entry: string): readonly string[] {
  return entry.endsWith('.ts') ? ['--conditions=source'] : [];
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Where the system doesn't let us, it competes.
  }
}
