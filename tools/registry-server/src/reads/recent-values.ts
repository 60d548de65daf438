interface Held<Value> {
  readonly value: Value;
  bytes: number;
}

/** Values by key, within a bound of bytes: what was asked for longest ago goes first. */
export class RecentValues<Value> {
  /** The one that was asked for last is last. */
  readonly #held = new Map<string, Held<Value>>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): Value | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.value;
  }

  /** Takes the place of what has this key. */
  set(key: string, value: Value, bytes: number): void {
    this.#drop(key);
    this.#held.set(key, { value, bytes: 0 });
    this.grow(key, value, bytes);
  }

  /** The value takes so much more; nothing happens where it is no longer held. */
  grow(key: string, value: Value, bytes: number): void {
    const held = this.#held.get(key);
    if (held?.value !== value) return;
    held.bytes += bytes;
    this.#bytes += bytes;
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  /** Nothing happens where the key has another value by now. */
  drop(key: string, value: Value): void {
    if (this.#held.get(key)?.value === value) this.#drop(key);
  }

  #drop(key: string): void {
    this.#bytes -= this.#held.get(key)?.bytes ?? 0;
    this.#held.delete(key);
  }
}
