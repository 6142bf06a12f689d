// The player's elements have style elements in their shadow roots, and index.html has an inline script that sets the theme before the
// first paint. The content security policy allows both by their hashes. Prints the directives. --check fails if template.yaml has
// different ones, --write writes them there.
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

const isUsed = (name) => new RegExp(`<(${name}|${tagOf(name)})(?![\\w-])`).test(player);
const wanted = new Set([...Object.keys(classes).filter(isUsed), ...MADE_BY_CODE]);
const hashes = new Set();
const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const read = (html) => {
  for (const [, style] of html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)) hashes.add(hashOf(style));
};
for (const name of wanted) {
  const html = classes[name].getTemplateHTML?.({}, {}) ?? '';
  read(html);
  // Iterating over a set includes what is added on the way.
  for (const [, tag] of html.matchAll(/<(media-[a-z-]+)/g)) if (byTag[tag]) wanted.add(byTag[tag]);
}
read(CustomVideoElement.getTemplateHTML({}));

const page = readFileSync(new URL('../index.html', import.meta.url), 'utf8');
const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => hashOf(script));

// template.yaml adds the scripts of Chromecast, if the operator has turned it on.
const directives = [`script-src 'self' ${scripts.sort().join(' ')}\${CastScripts};`, `style-src 'self' ${[...hashes].sort().join(' ')};`];
const text = readFileSync(template, 'utf8');
switch (process.argv[2]) {
  case '--check':
    if (!directives.every((directive) => text.includes(directive))) {
      console.error('template.yaml has other hashes than index.html and the player bring: npm run style-hashes -- --write');
      process.exit(1);
    }
    break;
  case '--write':
    writeFileSync(template, text.replace(/script-src [^;]*;/, directives[0]).replace(/style-src [^;]*;/, directives[1]));
    break;
  default:
    console.log(directives.join('\n'));
}
