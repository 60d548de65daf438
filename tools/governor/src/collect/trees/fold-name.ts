/** What no eye sees in a name: format characters, marks of direction, variation selectors. */
const ignorable = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A name as file systems take it that fold case, normalise and leave out what can't be seen (Unicode's NFKC_Casefold). Case goes there and
 * back, since some letters have a pair in one direction only.
 */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC').replace(ignorable, '');
}
