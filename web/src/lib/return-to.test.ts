import { describe, expect, it } from 'vitest';
import { ownPath, profilesPath, returnTo, signInPath } from './return-to';

describe('returnTo', () => {
  it('returns to a page of this app with its query and fragment', () => {
    for (const path of [
      '/',
      '/plans',
      '/videos/1?t=2#x',
      '/browse?q=a%20b',
      '/browse?q=//x',
      '/browse?next=%2F%2Fevil.test',
      '/a//b',
      '/videos/%E6%9D%B1',
      '/100%25',
    ]) {
      expect(returnTo(`?next=${encodeURIComponent(path)}`)).toBe(path);
    }
    expect(returnTo('')).toBe('/');
    expect(returnTo('?next=')).toBe('/');
  });

  it('never leaves this app, and never gives the router two leading slashes', () => {
    const refused = [
      'https://evil.test/',
      'javascript:alert(1)',
      'evil.test',
      ' //evil.test',
      '//evil.test',
      '///evil.test',
      '////evil.test',
      '/.//evil.test',
      '/././/evil.test',
      '/..//evil.test',
      '/a/..//evil.test',
      '/%2e//evil.test',
      '/%2E%2e//evil.test',
      '/\\evil.test',
      '\\\\evil.test',
      '/\\/evil.test',
      '/./\\evil.test',
      '/\t/evil.test',
      '/\n/evil.test',
      '/\r\n/evil.test',
      '/.\t//evil.test',
      '/%2F/evil.test',
      '/%2fevil.test',
      '/%5Cevil.test',
      '/%252Fevil.test',
      '/%25252fevil.test',
      '/%09/evil.test',
      '/%0a/evil.test',
      '/%2e/%2f/evil.test',
      '/%00/evil.test',
      '/%',
      '/%E0%A4%A',
      '//',
      '//[',
      '//user@evil.test',
    ];
    for (const path of refused) {
      expect(returnTo(`?next=${encodeURIComponent(path)}`), path).toBe('/');
      expect(ownPath(path), path).toBeNull();
    }
  });

  it('leads back from the question who is watching, past the pages for signing in', () => {
    const search = (url: string) => new URL(url, 'http://x').search;
    const asked = profilesPath({ pathname: '/videos/1', search: '?t=2' });
    expect(returnTo(search(asked))).toBe('/videos/1?t=2');
    expect(profilesPath({ pathname: '/sign-in', search: search(signInPath('/my-list')) })).toBe('/profiles?next=%2Fmy-list');
    expect(profilesPath({ pathname: '/profiles/manage', search: '' })).toBe('/profiles');
    expect(profilesPath({ pathname: '/', search: '' })).toBe('/profiles');
  });

  it('keeps the return path on the sign-in page', () => {
    expect(returnTo(new URL(signInPath('/videos/1?t=2'), 'http://x').search)).toBe('/videos/1?t=2');
    expect(signInPath('/')).toBe('/sign-in');
  });
});
