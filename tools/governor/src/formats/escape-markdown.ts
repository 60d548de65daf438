/** A character without width, which no reader sees, and no forge looks past. */
const gap = '&#8203;';

/**
 * Text within a line of Markdown that is text and nothing else: no mark-up, no HTML, no link, nobody mentioned, no other
 * request referred to. Character references can't be structure (CommonMark, section 2.5); a forge looks for names and numbers in the
 * page that comes out, so those are parted.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[&<>"'\\`*_{}[\]()#!|~=$:@^]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('&#64;', `&#64;${gap}`)
    .replaceAll(/&#35;(?=[0-9])/g, `&#35;${gap}`)
    .replaceAll('&#58;//', `&#58;${gap}//`)
    .replaceAll(/\b(www)(?=\.)/gi, `$1${gap}`)
    .replaceAll(/\b(gh)(?=-[0-9])/gi, `$1${gap}`);
}
