// The installed app: without a network it shows the viewer's lists, and what it keeps contains nothing that others could use.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Person, Platform, Video } from './support/platform.ts';
import { expect, settled, test } from './support/test.ts';
import type { Page } from './support/test.ts';

test.use({ serviceWorkers: 'allow' });

/** A token of any kind: a JWT, as the API and Mux issue. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

async function filmOf(platform: Platform): Promise<Video> {
  const film = (await platform.api<Video[]>('GET', '/api/videos?sort=title&limit=100', null)).find(({ series_id }) => !series_id);
  if (!film) throw new Error('no film');
  return film;
}

/** Someone with a film on the list and in the history. */
async function viewer(platform: Platform): Promise<{ person: Person; film: Video }> {
  const film = await filmOf(platform);
  const person = await platform.register();
  await platform.api('PUT', `/api/watchlist/${film.id}`, person);
  await platform.api('PUT', `/api/videos/${film.id}/watched`, person);
  return { person, film };
}

/** Waits until the worker has everything that the page loaded. */
async function installed(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.waitForFunction(async () => {
    const names = await caches.keys();
    const used = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
    return names.length > 1 && used.every((count) => count > 0);
  });
}

/** Visits the lists, so that they have been seen. */
async function see(page: Page): Promise<void> {
  for (const path of ['/my-list', '/history', '/']) {
    await page.goto(path);
    await settled(page);
    await installed(page);
  }
}

/** Everything that the browser keeps of the app: the URL and text of each cached response, and all entries of its storage. */
async function kept(page: Page): Promise<{ url: string; text: string }[]> {
  return page.evaluate(async () => {
    const found: { url: string; text: string }[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        const headers = JSON.stringify([...request.headers, ...(response?.headers ?? [])]);
        found.push({ url: request.url, text: headers + ((await response?.text()) ?? '') });
      }
    }
    for (const [key, text] of Object.entries(localStorage)) found.push({ url: `storage:${key}`, text: String(text) });
    return found;
  });
}

test('without a network the app starts and shows the lists as they were last seen', async ({ pageOf, platform }) => {
  const { person, film } = await viewer(platform);
  const page = await pageOf(person);
  await see(page);
  await page.context().setOffline(true);
  for (const path of ['/my-list', '/history']) {
    await page.goto(path);
    await expect(page.getByRole('main').getByRole('link', { name: film.title }).first()).toBeVisible();
    await expect(page.getByText('You’re offline. Your lists are as you last saw them')).toBeVisible();
  }
  await page.goto('/');
  await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();

  await page.context().setOffline(false);
  await expect(page.getByText('You’re offline')).toHaveCount(0);
});

test('a page that was never loaded says offline that it cannot be reached', async ({ pageOf, platform }) => {
  const { person } = await viewer(platform);
  const page = await pageOf(person);
  await see(page);
  await page.context().setOffline(true);
  await page.goto('/account/invoices');
  await expect(page.getByRole('banner')).toBeVisible();
  await expect(page.getByRole('main').getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('no cache has a token, an API response, a picture or a stream', async ({ pageOf, platform }) => {
  const { person, film } = await viewer(platform);
  const page = await pageOf(person);
  await see(page);
  await page.goto(`/videos/${film.id}`);
  await settled(page);
  await page.goto('/');
  await settled(page);
  const all = await kept(page);
  const cached = all.filter(({ url }) => !url.startsWith('storage:'));
  expect(cached.length).toBeGreaterThan(10);
  for (const { url } of cached) expect(new URL(url).pathname, url).toMatch(/^\/(assets\/[^/]+\.(js|css|woff2)|index\.html)$/);
  expect(cached.filter(({ url, text }) => TOKEN.test(url + text)).map(({ url }) => url)).toEqual([]);
  // The session's own token is where docs/SECURITY.md says it is, and nowhere else.
  expect(all.filter(({ text }) => TOKEN.test(text)).map(({ url }) => url)).toEqual(['storage:marquee.token']);
  expect(all.find(({ url }) => url === 'storage:marquee.lists')?.text).toContain(film.title);
});

test('signing out removes the lists, and the next account does not see them offline', async ({ pageOf, platform }) => {
  const { person, film } = await viewer(platform);
  const page = await pageOf(person);
  await see(page);
  await page.getByRole('button', { name: 'Your account' }).click();
  await expect(page.getByText(person.email)).toBeVisible();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
  await page.reload();
  await settled(page);
  const left = await kept(page);
  expect(left.filter(({ url }) => /^storage:marquee\.(token|lists)$/.test(url)).map(({ url }) => url)).toEqual([]);
  expect(left.filter(({ text }) => text.includes(film.id) || text.includes(person.email)).map(({ url }) => url)).toEqual([]);

  const other = await platform.register('Grace');
  await page.evaluate((token) => localStorage.setItem('marquee.token', token), other.token);
  await page.goto('/my-list');
  await expect(page.getByText('Your list is empty')).toBeVisible();
  await installed(page);
  await page.context().setOffline(true);
  await page.reload();
  await expect(page.getByText('Your list is empty')).toBeVisible();
  await expect(page.getByText(film.title)).toHaveCount(0);
});

/** Serves the app, and from `release` on a release with another page and another worker. */
async function deployment(platform: Platform) {
  /** The build of the worker that the next release replaces. */
  let old: string | null = null;
  /** Whether the service cannot make the pages of titles. */
  let isDown = false;
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', platform.origin);
      if (isDown && url.pathname.startsWith('/videos/')) {
        response.writeHead(503, { 'content-type': 'text/html' }).end('<p>The service is briefly unavailable.</p>');
        return;
      }
      const answer = await fetch(url);
      let body = Buffer.from(await answer.arrayBuffer()) as Buffer;
      if (old && url.pathname === '/sw.js') body = nextWorker(body, old);
      if (old && answer.headers.get('content-type')?.startsWith('text/html')) body = nextPage(body);
      const headers = [...answer.headers].filter(([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name));
      response.writeHead(answer.status, Object.fromEntries(headers)).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    release: (build: string) => (old = build),
    breakPages: () => (isDown = true),
    stop: () => server.close(),
  };
}

const nextPage = (page: Buffer) => Buffer.from(page.toString().replace('<html', '<html data-release="next"'));

/** The worker of another build, which has another page. */
function nextWorker(worker: Buffer, build: string): Buffer {
  const text = worker.toString();
  const revision = /index\.html`,revision:`([\w-]+)`/.exec(text)?.[1];
  if (!revision || !text.includes(build)) throw new Error('the worker does not name its build');
  return Buffer.from(text.replaceAll(revision, 'next-page').replaceAll(build, 'next-build'));
}

test('while the service cannot make the page of a film, the installed app shows it', async ({ browser, contextOptions, platform }) => {
  const site = await deployment(platform);
  const film = await filmOf(platform);
  const context = await browser.newContext({ ...contextOptions, baseURL: site.origin });
  const page = await context.newPage();
  await page.goto('/');
  await installed(page);
  site.breakPages();
  await page.goto(`/videos/${film.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(film.title);
  await expect(page.getByText('briefly unavailable')).toHaveCount(0);
  await context.close();
  site.stop();
});

test('a new release is shown at once, and its worker replaces the older one', async ({ browser, contextOptions, platform }) => {
  const site = await deployment(platform);
  const context = await browser.newContext({ ...contextOptions, baseURL: site.origin });
  const page = await context.newPage();
  const release = () => page.evaluate(() => document.documentElement.dataset.release);
  const assetCaches = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('marquee-assets-')));
  await page.goto('/');
  await installed(page);
  // The worker is installed before it has cached the first asset.
  await expect.poll(assetCaches).toHaveLength(1);
  const old = await assetCaches();

  site.release(old[0]?.replace('marquee-assets-', '') ?? '');
  await page.goto('/');
  expect(await release()).toBe('next');
  await expect.poll(assetCaches).toEqual(['marquee-assets-next-build']);
  await context.setOffline(true);
  await page.goto('/plans');
  expect(await release(), 'the page that is shown offline').toBe('next');
  await context.close();
  site.stop();
});
