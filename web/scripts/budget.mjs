// Fails when a first route loads more JavaScript than its budget: the entry, the route's own chunk, all their imports, and the
// first pages' catalogue in the largest language. Also fails when such a page shows a text that is not in that catalogue.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KILOBYTES_MAX = 100;
/** The routes that a visitor may open first, by the source of their chunk. */
const FIRST_ROUTES = ['src/features/videos/landing-page.tsx', 'src/features/videos/home-page.tsx'];

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));

/** The files that an entry of the manifest loads before it runs. */
function files(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`${name} is not a chunk of the build`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const other of chunk.imports ?? []) files(other, found);
  return found;
}

const sizeOf = (file) => gzipSync(readFileSync(new URL(file, dist))).length;
const { offered } = JSON.parse(readFileSync(new URL('../src/lib/i18n/languages.json', import.meta.url), 'utf8'));
const texts = Math.max(...Object.keys(offered).map((language) => sizeOf(manifest[`src/locales/${language}/first.po`].file)));

const { messages } = await import(new URL(manifest['src/locales/en/first.po'].file, dist));
/** The ids of the messages in a built file. */
const idsIn = (file) => [...readFileSync(new URL(file, dist), 'utf8').matchAll(/\bid:[`'"]([\w+/]{6})[`'"]/g)].map(([, id]) => id);

let failed = false;
for (const route of FIRST_ROUTES) {
  const all = [...files(route, files('index.html'))].filter((file) => file.endsWith('.js'));
  const kilobytes = all.reduce((sum, file) => sum + sizeOf(file), texts) / 1000;
  const within = kilobytes <= KILOBYTES_MAX;
  failed ||= !within;
  for (const id of all.flatMap(idsIn).filter((id) => !(id in messages))) {
    failed = true;
    console.log(`LACK  ${route} shows the message ${id}, which the catalogue \`first\` does not have: see lingui.config.js`);
  }
  console.log(`${within ? 'ok  ' : 'OVER'} ${kilobytes.toFixed(1)} of ${KILOBYTES_MAX} KB gzipped: ${route}`);
}
/** The television's app before its player, whose chunk is loaded when something is played. */
const TV_KILOBYTES_MAX = 90;
const tv = JSON.parse(readFileSync(new URL('manifest.tv.json', dist), 'utf8'));
const tvFiles = new Set();
const follow = (name) => {
  if (tvFiles.has(tv[name].file)) return;
  tvFiles.add(tv[name].file);
  for (const other of tv[name].imports ?? []) follow(other);
};
follow('tv.html');
const tvTexts = Math.max(...Object.keys(offered).map((language) => sizeOf(tv[`src/tv/locales/${language}.po`].file)));
const tvKilobytes = [...tvFiles].filter((file) => file.endsWith('.js')).reduce((sum, file) => sum + sizeOf(file), tvTexts) / 1000;
failed ||= tvKilobytes > TV_KILOBYTES_MAX;
console.log(`${tvKilobytes <= TV_KILOBYTES_MAX ? 'ok  ' : 'OVER'} ${tvKilobytes.toFixed(1)} of ${TV_KILOBYTES_MAX} KB gzipped: tv.html`);
process.exit(failed ? 1 : 0);
