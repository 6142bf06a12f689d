// The television's app in languages other than English.
import { readFileSync } from 'node:fs';
import { expectFocus, focused, press } from './support/remote.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

test.use({ viewport: { width: 1920, height: 1080 } });

/** The texts of a catalogue by their English. Texts with values, and those with several meanings, are left out. */
function catalogue(language: string): Map<string, string> {
  const po = readFileSync(new URL(`../../web/src/tv/locales/${language}.po`, import.meta.url), 'utf8');
  const texts = po.split('\n\n').flatMap((entry) => {
    const [, id, text] = /^msgid "(.+)"\nmsgstr "(.+)"$/m.exec(entry) ?? [];
    return id === undefined || text === undefined || entry.includes('msgctxt') ? [] : [[id, text] as const];
  });
  return new Map(texts.filter(([id]) => !/[{<]/.test(id)));
}

/** The texts on the screen, with the names of its controls. */
const shown = (page: Page) =>
  page.evaluate(() => {
    const isVisible = (element: Element | null) => element?.checkVisibility() ?? false;
    const texts: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (isVisible(walk.currentNode.parentElement)) texts.push(walk.currentNode.textContent ?? '');
    for (const named of document.querySelectorAll('[aria-label]')) if (isVisible(named)) texts.push(named.getAttribute('aria-label') ?? '');
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  });

/** The app's own texts that do not fit: wider or higher than their element, beyond the screen, or a button's on two lines. Names of films may be shortened. */
const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button:not(.card), h1, h2, .eyebrow, .menu-item, .pairing-text li, .film, .refusal')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().top < innerHeight)
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        const isWrapped = element.matches('.buttons .button') && element.clientHeight > 3 * parseFloat(getComputedStyle(element).fontSize);
        const isCut = isWrapped || element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 8;
        return isCut || left < 0 || right > innerWidth;
      })
      .map((element) => element.textContent),
  );

const LANGUAGES = [
  { language: 'de', locale: 'de-DE' },
  { language: 'fr', locale: 'fr-FR' },
  { language: 'es', locale: 'es-ES' },
];

for (const { language, locale } of LANGUAGES) {
  test.describe(language, () => {
    test.use({ locale });

    test(`a television is paired, browsed and plays in ${language}, with nothing in English or cut off`, async ({ page, platform }) => {
      const texts = catalogue(language);
      const of = (english: string) => {
        const text = texts.get(english);
        if (text === undefined) throw new Error(`${language} has no text for “${english}”`);
        return text;
      };
      const english = new Set([...texts].filter(([id, text]) => id !== text && ![...texts.values()].includes(id)).map(([id]) => id));
      const expectTranslated = async () => {
        await page.evaluate(() => document.fonts.ready);
        expect((await shown(page)).filter((text) => english.has(text))).toEqual([]);
        expect(await cutOff(page)).toEqual([]);
      };

      await page.goto('/tv');
      const code = page.locator('.code');
      await expect(code).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(of('Sign in on your phone or computer'));
      await expectTranslated();

      const person = await platform.register();
      await platform.api('POST', '/api/auth/device/approve', person, { user_code: (await code.textContent()) ?? '', approve: true });
      await expect(focused(page)).toHaveText(of('Play'));
      const items = page.locator('.menu-item');
      await expect(items).toHaveText(['Search', 'My list', 'Switch profile', 'Sign out'].map(of));
      await expect(page.getByRole('button', { name: of('More info') })).toBeVisible();
      await expectTranslated();

      for (const path of ['search', 'list', 'profiles', 'sign-out']) {
        await page.goto(`/tv/${path}`);
        await expect(page.locator('.screen:not([hidden]) h1')).toBeVisible();
        await expectFocus(page);
        await expectTranslated();
      }

      const { id } = await platform.video('free');
      await page.goto(`/tv/titles/${id}`);
      await expect(focused(page)).toHaveText(of('Play'));
      await expect(page.getByRole('button', { name: of('Add to my list') })).toBeVisible();
      await expectTranslated();

      await platform.api('PUT', `/api/videos/${id}/progress`, person, { progress: 12 });
      await page.goto(`/tv/titles/${id}`);
      await expect(page.locator('.screen:not([hidden]) .buttons .button')).toHaveCount(3);
      await expectFocus(page);
      await expectTranslated();

      await press(page, 'Enter');
      await expect.poll(() => page.locator('video').evaluate((video) => (video as HTMLVideoElement).currentTime)).toBeGreaterThan(0.5);
      await press(page, 'ArrowDown');
      await expect(focused(page)).toHaveText(of('Pause'));
      await expect(page.getByRole('button', { name: of('From the beginning') })).toBeVisible();
      await expect(page.getByRole('button', { name: new RegExp(`: ${of('Off')}$`) })).toBeVisible();
      await expectTranslated();
    });
  });
}
