import { PASSWORD } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';
import type { Page, Person } from './support/test.ts';

const ENGLISH = 'Films worth an evening.';
const GERMAN = 'Filme, die einen Abend wert sind.';
const FRENCH = 'Des films qui valent une soirée.';
const SPANISH = 'Películas que merecen una noche.';

const html = (page: Page) => page.locator('html');

/** The language menu in the footer, by its name in the current language. */
const menu = (page: Page, name: string) => page.getByRole('contentinfo').getByRole('combobox', { name, exact: true });

/** Expects a page in a language, with the title in that language only. */
async function expectShown(page: Page, language: string, words: string): Promise<void> {
  await expect(title(page)).toHaveText(words);
  await expect(html(page)).toHaveAttribute('lang', language);
  for (const other of [ENGLISH, GERMAN, FRENCH, SPANISH].filter((text) => text !== words)) {
    await expect(page.getByText(other)).toHaveCount(0);
  }
}

test.describe('in a browser set to German', () => {
  test.use({ locale: 'de-AT' });

  test('pages are in German until the viewer chooses another language', async ({ page }) => {
    await page.goto('/');
    await expectShown(page, 'de', GERMAN);
    await expect(menu(page, 'Sprache')).toHaveValue('de');
    await expect(menu(page, 'Sprache').getByRole('option')).toHaveText(['English', 'Deutsch', 'Français', 'Español']);

    await menu(page, 'Sprache').selectOption('fr');
    await expectShown(page, 'fr', FRENCH);
    await expect(menu(page, 'Langue'), 'the menu keeps focus').toBeFocused();

    await page.reload();
    await expectShown(page, 'fr', FRENCH);
    await page.goto('/plans');
    await expect(title(page)).toHaveText('Choisissez votre forfait');
    await expect(page.getByText(/Choose your plan|Wählen Sie Ihren Tarif/)).toHaveCount(0);
  });
});

test.describe('in a browser set to an unsupported language', () => {
  test.use({ locale: 'ja-JP' });

  test('pages are in English', async ({ page }) => {
    await page.goto('/');
    await expectShown(page, 'en', ENGLISH);
    await expect(menu(page, 'Language')).toHaveValue('en');
  });
});

async function signIn(page: Page, { email }: Person, names: { email: string; password: string; button: string }): Promise<void> {
  await page.getByLabel(names.email).fill(email);
  await page.getByLabel(names.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('main').getByRole('button', { name: names.button, exact: true }).click();
}

test('signing in applies the language that was chosen on another device', async ({ page, platform }) => {
  const person = await platform.register();
  await platform.api('PATCH', '/api/preferences', person, { interface_language: 'es' });
  await page.goto('/sign-in?next=/account/profile');
  await expect(html(page)).toHaveAttribute('lang', 'en');
  await signIn(page, person, { email: 'Email address', password: 'Password', button: 'Sign in' });
  await expect(title(page)).toHaveText('Datos de la cuenta');
  await expect(html(page)).toHaveAttribute('lang', 'es');
  await page.reload();
  await expect(title(page)).toHaveText('Datos de la cuenta');
});

test('a language that was chosen on this device overrides the account’s language', async ({ page, platform }) => {
  const person = await platform.register();
  await platform.api('PATCH', '/api/preferences', person, { interface_language: 'es' });
  await page.goto('/sign-in?next=/account/profile');
  await menu(page, 'Language').selectOption('fr');
  await expect(title(page)).toHaveText('Se connecter');
  const asked: string[] = [];
  page.on('request', (request) => request.url().endsWith('/api/preferences') && asked.push(request.method()));
  await signIn(page, person, { email: 'Adresse e-mail', password: 'Mot de passe', button: 'Se connecter' });
  await expect(title(page)).toHaveText('Informations du compte');
  await page.waitForLoadState('networkidle');
  await expect(html(page)).toHaveAttribute('lang', 'fr');
  expect(asked, 'the preferences are not requested').toEqual([]);
});
