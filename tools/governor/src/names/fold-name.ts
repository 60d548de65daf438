/** Letters and digits that are easily taken for one another, or for a Latin letter, each with what it is folded to. */
const lookalikes: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', i: 'l', '|': 'l', '5': 's', '8': 'b' };

/** From the list of confusables of Unicode TR 39: what looks like a letter of a name. */
const confusables: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  һ: 'h',
  і: 'l',
  ј: 'j',
  ӏ: 'l',
  о: 'o',
  р: 'p',
  ѕ: 's',
  х: 'x',
  у: 'y',
  α: 'a',
  ι: 'l',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  ı: 'l',
};

/** A name as the eye takes it: without case and separators, digits as the letters that they look like. */
export function foldName(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase().replaceAll(/[-_.]/g, '');
  return Array.from(plain, (letter) => lookalikes[letter] ?? confusables[letter] ?? letter).join('');
}

/** `@moby/redis` → `redis`. */
export function ownName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** `@moby/redis` → `@moby`; empty without one. */
export function scopeOf(name: string): string {
  return name.startsWith('@') ? name.slice(0, Math.max(0, name.indexOf('/'))) : '';
}
