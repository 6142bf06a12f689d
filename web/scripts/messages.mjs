// Checks that the message catalogues contain exactly the messages of the sources, with a translation in every language of the app: the
// same one in each catalogue, because the app merges them. Messages that differ in meaning need a context.
// `npm run messages` writes them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';

const config = getConfig();
const languages = JSON.parse(readFileSync(new URL('../src/lib/i18n/languages.json', import.meta.url), 'utf8'));
const catalogs = await getCatalogs(config);
const failures = [];

const files = catalogs.flatMap((catalog) => config.locales.map((locale) => catalog.getFilename(locale)));
const read = () => new Map(files.map((file) => [file, existsSync(file) ? readFileSync(file, 'utf8') : '']));
const committed = read();
execFileSync('npm', ['run', '--silent', 'messages'], { stdio: ['ignore', 'ignore', 'inherit'] });
for (const [file, text] of read()) {
  if (text === committed.get(file)) continue;
  failures.push(`${file} is not what the sources say: npm run messages`);
  writeFileSync(file, committed.get(file));
}

for (const catalog of catalogs) {
  for (const locale of Object.keys(languages.offered)) {
    const { missing } = await catalog.getTranslations(locale, { sourceLocale: config.sourceLocale, fallbackLocales: {} });
    for (const { id, source } of missing) failures.push(`${catalog.getFilename(locale)} lacks a translation: ${source ?? id}`);
  }
}

for (const locale of Object.keys(languages.offered)) {
  const known = new Map();
  for (const catalog of catalogs) {
    // An ID is made of a message and its context.
    for (const [id, { message, translation }] of Object.entries((await catalog.read(locale)) ?? {})) {
      const other = known.get(id) ?? translation;
      if (other !== translation) failures.push(`${locale} translates “${message}” as “${other}” and as “${translation}”`);
      known.set(id, other);
    }
  }
}

for (const failure of failures) console.error(failure);
process.exit(failures.length > 0 ? 1 : 0);
