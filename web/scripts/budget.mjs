// Fails when a first route loads more JavaScript than it may: the entry, the route's own chunk, and all that they import.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KILOBYTES_MAX = 120;
/** What somebody may open first, by the source of the route's chunk. */
const FIRST_ROUTES = ['src/features/videos/landing-page.tsx', 'src/features/videos/home-page.tsx'];

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));

/** The files that an entry of the manifest loads before it runs. */
function files(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`${name} is no chunk of the build`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const other of chunk.imports ?? []) files(other, found);
  return found;
}

let failed = false;
for (const route of FIRST_ROUTES) {
  const all = files(route, files('index.html'));
  const bytes = [...all].filter((file) => file.endsWith('.js')).map((file) => gzipSync(readFileSync(new URL(file, dist))).length);
  const kilobytes = bytes.reduce((sum, size) => sum + size, 0) / 1000;
  const within = kilobytes <= KILOBYTES_MAX;
  failed ||= !within;
  console.log(`${within ? 'ok  ' : 'OVER'} ${kilobytes.toFixed(1)} of ${KILOBYTES_MAX} KB gzipped: ${route}`);
}
process.exit(failed ? 1 : 0);
