// What a television says when something cannot be shown.
import { expectFocus, focused, press } from './support/remote.ts';
import { expect, test } from './support/test.ts';

test.use({ viewport: { width: 1920, height: 1080 }, locale: 'de-DE' });

const UNKNOWN = '00000000-0000-7000-8000-000000000000';

for (const path of [`titles/${UNKNOWN}`, `series/${UNKNOWN}`, `watch/${UNKNOWN}`, 'titles/nonsense']) {
  test(`a title that is not there is said in the viewer’s language, with a way back: ${path}`, async ({ pageOf, platform }) => {
    const page = await pageOf(await platform.register());
    await page.goto(`/tv/${path}`);
    const message = page.getByRole('alert');
    await expect(message.getByRole('heading')).toHaveText('Dieser Titel ist nicht verfügbar');
    await expect(message.getByRole('paragraph'), 'nothing in the service’s words').toHaveCount(0);
    await expect(focused(page)).toHaveText('Zurück');
    await press(page, 'Enter');
    await expect(focused(page)).toHaveText('Abspielen');
  });
}

test('the ring of the focused button is below the message', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.route('**/api/home', (route) => route.abort('connectionrefused'));
  await page.goto('/tv');
  const message = page.getByRole('alert');
  await expect(message).toBeVisible();
  await expectFocus(page);
  const room = () =>
    message.evaluate((element) => {
      const [words, button] = [element.querySelector('p'), element.querySelector('button')];
      return (button?.getBoundingClientRect().top ?? 0) - (words?.getBoundingClientRect().bottom ?? 0);
    });
  expect(await room(), 'pixels between the sentence and the button').toBeGreaterThan(20);
});
