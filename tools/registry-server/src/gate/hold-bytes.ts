import { ClientGone } from './client-gone.ts';
/** Lets bodies into memory up to a number of bytes; who comes later waits in order. */
export interface HeldBytes {
  /** Resolves when so many bytes may be held; the result gives them back. Rejects when the signal aborts before. */
  hold(bytes: number, signal: AbortSignal): Promise<() => void>;
}

export function holdBytes(limit: number): HeldBytes {
  let free = limit;
  const waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  const next = (): void => {
    for (let first = waiting[0]; first !== undefined && first.bytes <= free; first = waiting[0]) {
      waiting.shift();
      first.start();
    }
  };
  return {
    hold: (wanted, signal) => {
      const bytes = Math.min(wanted, limit);
      return new Promise((resolve, reject) => {
        const entry = {
          bytes,
          start: (): void => {
            signal.removeEventListener('abort', leave);
            free -= bytes;
            let isHeld = true;
            resolve(() => {
              if (isHeld) free += bytes;
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
