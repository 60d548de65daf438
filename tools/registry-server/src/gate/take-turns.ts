/** Works on one key come one after another, in the order they were given; works on different keys don't wait. */
export type TakeTurns = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export function takeTurns(): TakeTurns {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work);
    const tail = turn
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
    tails.set(key, tail);
    return turn;
  };
}
