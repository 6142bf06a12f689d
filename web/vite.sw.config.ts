// The service worker, after the web app, because it holds files of its build.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

/** The pages that work offline, and what they load later. Texts and fonts are kept when they are used: nobody needs all of them. */
const OFFLINE = [
  'index.html',
  'src/app/account-menu.tsx',
  'src/app/lost-page.tsx',
  'src/features/history/history-page.tsx',
  'src/features/subscription/subscription-banner.tsx',
  'src/features/videos/home-page.tsx',
  'src/features/videos/my-list-page.tsx',
  'src/lib/errors/explanations.ts',
  'src/lib/offline/lists.ts',
];

const read = (name) => readFileSync(new URL(`dist/${name}`, import.meta.url), 'utf8');

/** The files of these pages, with all that their chunks import. */
function filesOf(manifest) {
  const files = new Set();
  const seen = new Set();
  const follow = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = manifest[name];
    if (!chunk) throw new Error(`${name} is not a chunk of the build`);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const other of chunk.imports ?? []) follow(other);
  };
  OFFLINE.forEach(follow);
  return [...files].sort();
}

const hash = (text) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

export default defineConfig(() => {
  const manifest = read('manifest.json');
  const page = read('index.html');
  const shell = [
    { url: '/index.html', revision: hash(page) },
    ...filesOf(JSON.parse(manifest)).map((file) => ({ url: `/${file}`, revision: null })),
  ];
  return {
    define: {
      SHELL: JSON.stringify(shell),
      BUILD: JSON.stringify(hash(manifest + page)),
      'process.env.NODE_ENV': '"production"',
    },
    build: {
      target: 'es2022',
      emptyOutDir: false,
      copyPublicDir: false,
      lib: { entry: 'src/sw/worker.ts', formats: ['iife'], name: 'worker', fileName: () => 'sw.js' },
    },
  };
});
