import { beforeEach, describe, expect, it, vi } from 'vitest';

const held = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => held.get(key) ?? null,
  setItem: (key: string, value: string) => held.set(key, value),
  removeItem: (key: string) => held.delete(key),
});

const { ageLimit, isKids, noteAgeLimit, subscribe } = await import('./age-limit');
const { endSession, startSession, viewerName } = await import('./session');

const tokenOf = (account: string, profile?: string) => `e30.${btoa(JSON.stringify({ sub: account, profile }))}.x`;
const CHILD = viewerName('ada', 'kim');

describe('the age limit of the session’s profile', () => {
  beforeEach(() => {
    endSession();
    held.clear();
  });

  it('is null without a session and in an account’s first profile', () => {
    expect(ageLimit()).toBeNull();
    startSession(tokenOf('ada'));
    expect(ageLimit()).toBeNull();
    expect(isKids()).toBe(false);
  });

  it('is unknown in an added profile, which counts as a kids profile until the service has answered', () => {
    startSession(tokenOf('ada', 'new'));
    expect(ageLimit()).toBeUndefined();
    expect(isKids()).toBe(true);
    noteAgeLimit(viewerName('ada', 'new'), null);
    expect(ageLimit()).toBeNull();
    expect(isKids()).toBe(false);
  });

  it('is stored, only for its own profile', () => {
    startSession(tokenOf('ada', 'kim'));
    noteAgeLimit(CHILD, 6);
    expect(ageLimit()).toBe(6);
    startSession(tokenOf('ada', 'leo'));
    expect(ageLimit()).toBeUndefined();
    startSession(tokenOf('ada'));
    expect(ageLimit()).toBeNull();
    startSession(tokenOf('ada', 'kim'));
    expect(ageLimit()).toBe(6);
  });

  it('ignores a late response for another profile', () => {
    startSession(tokenOf('ada', 'kim'));
    noteAgeLimit(CHILD, 6);
    noteAgeLimit(viewerName('ada', 'ada'), null);
    expect(ageLimit()).toBe(6);
  });

  it('notifies pages when it changes and when the session changes', () => {
    startSession(tokenOf('ada', 'kim'));
    const told = vi.fn();
    const stop = subscribe(told);
    noteAgeLimit(CHILD, 9);
    expect(told).toHaveBeenCalledTimes(1);
    noteAgeLimit(CHILD, 9);
    expect(told).toHaveBeenCalledTimes(1);
    startSession(tokenOf('ada'));
    expect(told).toHaveBeenCalledTimes(2);
    stop();
    endSession();
    expect(told).toHaveBeenCalledTimes(2);
  });
});
