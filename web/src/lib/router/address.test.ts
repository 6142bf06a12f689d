import { describe, expect, it } from 'vitest';
import { decoded, find, isAt, isForBrowser } from './address';

const routes = [{ path: '/' }, { path: '/videos/:id' }, { path: '/admin/*?' }, { path: '*' }] as const;
const found = (pathname: string) => find(routes, pathname);

describe('find', () => {
  it('takes the first route that matches, with or without a slash at its end', () => {
    for (const [pathname, path] of [
      ['/', '/'],
      ['/videos/1', '/videos/:id'],
      ['/videos/1/', '/videos/:id'],
      ['/VIDEOS/1', '/videos/:id'],
      ['/admin', '/admin/*?'],
      ['/admin/', '/admin/*?'],
      ['/admin/videos/1', '/admin/*?'],
      ['/administrator', '*'],
      ['/videos', '*'],
      ['/videos/1/2', '*'],
      ['//', '*'],
      ['/%', '*'],
    ] as const) {
      expect(found(pathname)?.route.path, pathname).toBe(path);
    }
    expect(find([{ path: '/' }], '/elsewhere')).toBeNull();
  });

  it('decodes each parameter once, and leaves one as it is that is not well-formed', () => {
    for (const [part, id] of [
      ['a%20b', 'a b'],
      ['a%2Fb', 'a/b'],
      ['%E6%9D%B1', '東'],
      ['%252F', '%2F'],
      ['%', '%'],
      ['%E0%A4%A', '%E0%A4%A'],
    ] as const) {
      expect(found(`/videos/${part}`)?.params, part).toEqual({ id });
    }
    expect(found('/admin')?.params).toEqual({ '*': undefined });
  });
});

it('decodes a fragment, and survives one that is not well-formed', () => {
  expect(decoded('a%20b')).toBe('a b');
  expect(decoded('50%')).toBe('50%');
});

it('tells whether a link’s page, or one below it, is shown', () => {
  expect(isAt('/browse', '/browse', false)).toBe(true);
  expect(isAt('/browse', '/browse/', true)).toBe(true);
  expect(isAt('/admin', '/admin/videos', false)).toBe(true);
  expect(isAt('/admin', '/admin/videos', true)).toBe(false);
  expect(isAt('/admin', '/administrator', false)).toBe(false);
  expect(isAt('/', '/', true)).toBe(true);
  expect(isAt('/', '/browse', true)).toBe(false);
});

describe('isForBrowser', () => {
  const plain = { button: 0, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

  it('leaves a plain click to the app', () => {
    expect(isForBrowser(plain, {})).toBe(false);
    expect(isForBrowser(plain, { target: '_self' })).toBe(false);
  });

  it('leaves other buttons, held keys, other windows and downloads to the browser', () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { shiftKey: true }, { button: 1 }]) {
      expect(isForBrowser({ ...plain, ...held }, {})).toBe(true);
    }
    expect(isForBrowser(plain, { target: '_blank' })).toBe(true);
    expect(isForBrowser(plain, { download: '' })).toBe(true);
  });
});
