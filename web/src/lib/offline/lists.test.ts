import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetLists } from './forget';

const held = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => held.get(key) ?? null,
  setItem: (key: string, value: string) => held.set(key, value),
  removeItem: (key: string) => held.delete(key),
});
const browser = new EventTarget();
vi.stubGlobal('window', browser);

const { queryClient } = await import('../query-client');
const { endSession, startSession } = await import('../session');
const { keepLists, restoreLists } = await import('./lists');

const tokenOf = (account: string, profile?: string) => `e30.${btoa(JSON.stringify({ sub: account, profile }))}.x`;
const home = { hero: null, continue_watching: [], watchlist: [], shelves: [], videos: [] };

keepLists();
/** As when the page is left. */
const leave = () => browser.dispatchEvent(new Event('pagehide'));

describe('the lists that are kept', () => {
  beforeEach(() => {
    held.clear();
    queryClient.clear();
    startSession(tokenOf('a'));
  });

  it('are those that the viewer saw, with the time', () => {
    queryClient.setQueryData(['home'], home, { updatedAt: 1000 });
    queryClient.setQueryData(['series', 'all'], new Map([['s', { id: 's' }]]), { updatedAt: 2000 });
    leave();
    queryClient.clear();
    expect(restoreLists()).toBe(1000);
    expect(queryClient.getQueryData(['home'])).toEqual(home);
    expect(queryClient.getQueryData(['series', 'all'])).toEqual(new Map([['s', { id: 's' }]]));
  });

  it('include no other data', () => {
    queryClient.setQueryData(['sessions'], [{ id: 'secret' }] as never);
    queryClient.setQueryData(['me'], { email: 'a@example.com' });
    leave();
    expect([...held].filter(([key]) => key === 'marquee.lists').join()).not.toMatch(/secret|example/);
  });

  it('stay when only one of them was seen this time', () => {
    queryClient.setQueryData(['home'], home, { updatedAt: 1000 });
    leave();
    queryClient.clear();
    queryClient.setQueryData(['history', 'list'], { pages: [], pageParams: [] }, { updatedAt: 3000 });
    leave();
    queryClient.clear();
    restoreLists();
    expect(queryClient.getQueryData(['home'])).toEqual(home);
  });

  it('are not shown to another account', () => {
    queryClient.setQueryData(['home'], home, { updatedAt: 1000 });
    leave();
    queryClient.clear();
    startSession(tokenOf('b'));
    expect(restoreLists()).toBeNull();
    expect(queryClient.getQueryData(['home'])).toBeUndefined();
  });

  it('are not shown to another profile of the account', () => {
    queryClient.setQueryData(['home'], home, { updatedAt: 1000 });
    leave();
    queryClient.clear();
    startSession(tokenOf('a', 'b'));
    expect(restoreLists()).toBeNull();
    expect(queryClient.getQueryData(['home'])).toBeUndefined();
    startSession(tokenOf('a', 'a'));
    expect(restoreLists(), 'the first profile has them with and without the claim').toBe(1000);
  });

  it('are not written after the session has ended', () => {
    queryClient.setQueryData(['home'], home, { updatedAt: 1000 });
    endSession();
    forgetLists();
    leave();
    expect(held.has('marquee.lists')).toBe(false);
  });
});
