// The contrast of text on pictures and gradients, measured in a screenshot. Axe does not check those.
import { expect } from './test.ts';
import type { Locator, Page } from './test.ts';

/** The least contrast of large text (WCAG 1.4.3). */
export const LARGE_TEXT_MIN = 3;
/** The least contrast of other text. */
export const TEXT_MIN = 4.5;
/** The share of background pixels that may have less contrast, for antialiased edges in the background. */
const WORSE_SHARE_MAX = 0.01;

/** Expects enough contrast between each line of a text and the pixels behind it. */
export async function expectReadable(page: Page, words: Locator, least: number, what: string): Promise<void> {
  const lines = await words.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return [...range.getClientRects()]
      .map(({ x, y, width, height }) => ({ x, y, width, height }))
      .filter(({ width, height }) => width > 1 && height > 1);
  });
  const color = await words.evaluate((element) => {
    const { color } = getComputedStyle(element);
    (element as HTMLElement).style.setProperty('-webkit-text-fill-color', 'transparent');
    return color;
  });
  for (const line of lines) {
    const png = await page.screenshot({ clip: line, animations: 'disabled' });
    const worse = await shareBelow(page, png, color, least);
    expect(worse, `${what}: the share of pixels with a contrast below ${least}`).toBeLessThanOrEqual(WORSE_SHARE_MAX);
  }
  await words.evaluate((element) => (element as HTMLElement).style.removeProperty('-webkit-text-fill-color'));
}

/** The share of a picture's pixels that have too little contrast with a colour. */
async function shareBelow(page: Page, png: Buffer, color: string, least: number): Promise<number> {
  // A separate page, because the app's content security policy does not allow this picture.
  const reader = await page.context().browser()?.newPage();
  if (!reader) throw new Error('there is no browser');
  try {
    return await reader.evaluate(
      async ({ data, color, least }) => {
        const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
        const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext('2d');
        if (!context) throw new Error('no canvas');
        const pixels = (): Uint8ClampedArray => context.getImageData(0, 0, canvas.width, canvas.height).data;
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const luminance = (at: Uint8ClampedArray, from: number) => {
          const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((part) => {
            const share = (at[from + part] ?? 0) / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const own = luminance(pixels(), 0);
        context.drawImage(picture, 0, 0);
        const behind = pixels();
        let worse = 0;
        for (let at = 0; at < behind.length; at += 4) {
          const other = luminance(behind, at);
          if ((Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05) < least) worse += 1;
        }
        return worse / (behind.length / 4);
      },
      { data: png.toString('base64'), color, least },
    );
  } finally {
    await reader.close();
  }
}
