import { ClientGone } from './client-gone.ts';

/** One user may hold a quarter of all, so that whoever sends slowly makes only themselves wait. */
const shareOfOne = 1 / 4;

export interface HoldRequest {
  readonly owner: string;
  readonly bytes: number;
  readonly signal: AbortSignal;
}

/** Lets bodies into memory up to a number of bytes; who comes later waits in order. */
export interface HeldBytes {
  /** Resolves when so many bytes may be held; the result gives them back. Rejects when the signal aborts before. */
  hold(request: HoldRequest): Promise<() => void>;
}

interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly start: () => void;
}

export function holdBytes(limit: number): HeldBytes {
  let free = limit;
  const held = new Map<string, number>();
  const waiting: Waiting[] = [];
  const take = (owner: string, bytes: number): void => {
    free -= bytes;
    const left = (held.get(owner) ?? 0) + bytes;
    if (left > 0) held.set(owner, left);
    else held.delete(owner);
  };
  /** Somebody who holds nothing always has a share, however large the body is. */
  const hasShare = ({ owner, bytes }: Waiting): boolean => {
    const mine = held.get(owner) ?? 0;
    return mine === 0 || mine + bytes <= limit * shareOfOne;
  };
  const next = (): void => {
    for (let at = 0; at < waiting.length;) {
      const entry = waiting[at];
      if (entry === undefined || !hasShare(entry)) at += 1;
      // Smaller bodies that came later must not keep a large one out for ever.
      else if (entry.bytes > free) return;
      else {
        waiting.splice(at, 1);
        entry.start();
      }
    }
  };
  return {
    hold: ({ owner, bytes: wanted, signal }) => {
      const bytes = Math.min(wanted, limit);
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          owner,
          bytes,
          start: () => {
            signal.removeEventListener('abort', leave);
            take(owner, bytes);
            let isHeld = true;
            resolve(() => {
              if (isHeld) take(owner, -bytes);
              isHeld = false;
              next();
            });
          },
        };
        const leave = (): void => {
          const at = waiting.indexOf(entry);
          if (at >= 0) waiting.splice(at, 1);
          reject(new ClientGone());
          next();
        };
        if (signal.aborted) return leave();
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(entry);
        next();
      });
    },
  };
}
