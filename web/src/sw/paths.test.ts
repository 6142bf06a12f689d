import { describe, expect, it } from 'vitest';
import { isAsset, isFailure, isOtherApp } from './paths';

describe('the service worker', () => {
  it('leaves the API, the television and files to the network', () => {
    for (const path of ['/api/home', '/api/auth/login', '/api', '/tv', '/tv/pair', '/robots.txt', '/sitemap.xml', '/sw.js']) {
      expect(isOtherApp.test(path), path).toBe(true);
    }
  });

  it('answers for the pages of the app', () => {
    for (const path of ['/', '/my-list', '/videos/abc', '/tvshows', '/apis']) expect(isOtherApp.test(path), path).toBe(false);
  });

  it('shows the app in place of a page that the service cannot make, and keeps its "not found" and redirects', () => {
    for (const status of [429, 500, 502, 503, 504]) expect(isFailure(status), String(status)).toBe(true);
    for (const status of [0, 200, 301, 304, 404]) expect(isFailure(status), String(status)).toBe(false);
  });

  it('keeps only files that never change', () => {
    expect(isAsset('/assets/first-abc.js')).toBe(true);
    expect(isAsset('/api/assets/x')).toBe(false);
    expect(isAsset('/index.html')).toBe(false);
  });
});
