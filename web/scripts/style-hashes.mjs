// The player's elements have style elements in their shadow roots, which the content security policy allows by their hashes.
// Prints the source list. --check fails if template.yaml has a different one, --write writes it there.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { CustomVideoElement } from 'custom-media-element';
import * as chrome from 'media-chrome';
import * as menus from 'media-chrome/menu';

const player = ['player', 'controls']
  .map((name) => readFileSync(new URL(`../src/features/playback/${name}.tsx`, import.meta.url), 'utf8'))
  .join('');
const template = new URL('../../template.yaml', import.meta.url);

/** Styles that elements create without a template. */
const MADE_BY_CODE = ['MediaErrorDialog', 'MediaKeyboardShortcutsDialog', 'MediaGestureReceiver', 'MediaChromeMenuItem', 'MediaTooltip'];

const classes = { ...chrome, ...menus };
const tagOf = (name) => name.replace(/[A-Z]/g, (letter, at) => (at ? '-' : '') + letter.toLowerCase());
const byTag = Object.fromEntries(Object.keys(classes).map((name) => [tagOf(name), name]));

const wanted = new Set([...Object.keys(classes).filter((name) => new RegExp(`<${name}\\b`).test(player)), ...MADE_BY_CODE]);
const hashes = new Set();
const read = (html) => {
  for (const [, style] of html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)) {
    hashes.add(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  }
};
for (const name of wanted) {
  const html = classes[name].getTemplateHTML?.({}, {}) ?? '';
  read(html);
  // Iterating over a set includes what is added on the way.
  for (const [, tag] of html.matchAll(/<(media-[a-z-]+)/g)) if (byTag[tag]) wanted.add(byTag[tag]);
}
read(CustomVideoElement.getTemplateHTML({}));

const source = `style-src 'self' ${[...hashes].sort().join(' ')};`;
const text = readFileSync(template, 'utf8');
switch (process.argv[2]) {
  case '--check':
    if (!text.includes(source)) {
      console.error('template.yaml has other hashes of styles than the player brings: npm run style-hashes -- --write');
      process.exit(1);
    }
    break;
  case '--write':
    writeFileSync(template, text.replace(/style-src [^;]*;/, source));
    break;
  default:
    console.log(source);
}
