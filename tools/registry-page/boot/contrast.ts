import type { Page } from 'playwright-core';

export interface FaintText {
  readonly text: string;
  readonly ratio: number;
}

/** All texts that can be seen and that stand out less than WCAG 2 asks of text of any size (1.4.3: 4.5 to 1), and how many were looked at. */
export function faintTexts(page: Page): Promise<{ readonly looked: number; readonly faint: readonly FaintText[] }> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (canvas === null) throw new Error('no canvas');
    const rgba = (colour: string): readonly number[] => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: readonly number[]): number => {
      const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const groundOf = (start: Element): readonly number[] => {
      for (let at: Element | null = start; at !== null; at = at.parentElement) {
        const ground = rgba(getComputedStyle(at).backgroundColor);
        if (ground[3] === 255) return ground;
      }
      return [255, 255, 255, 255];
    };
    const faint: { text: string; ratio: number }[] = [];
    let looked = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const holder = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (holder === null || text === '' || holder.closest('.unseen, noscript') !== null || !holder.checkVisibility()) continue;
      looked += 1;
      const [own, ground] = [luminance(rgba(getComputedStyle(holder).color)), luminance(groundOf(holder))];
      const ratio = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
      if (ratio < 4.5) faint.push({ text: text.slice(0, 60), ratio });
    }
    return { looked, faint };
  });
}
