import { describe, expect, it } from 'vitest';
import { issuedAt, viewerName, viewerOf } from './session';

describe('issuedAt', () => {
  it('reads the claim', () => {
    const payload = btoa(JSON.stringify({ iat: 1_700_000_000 })).replace(/=+$/, '');
    expect(issuedAt(`head.${payload}.signature`)).toBe(1_700_000_000_000);
  });

  it('is null for anything that is not a token', () => {
    expect(issuedAt('nonsense')).toBeNull();
    expect(issuedAt('a.b.c')).toBeNull();
  });
});

describe('viewerOf', () => {
  const tokenOf = (claims: object) => `e30.${btoa(JSON.stringify(claims))}.x`;

  it('is the account for its first profile, with and without the claim', () => {
    expect(viewerOf(tokenOf({ sub: 'a' }))).toBe('a');
    expect(viewerOf(tokenOf({ sub: 'a', profile: 'a' }))).toBe('a');
  });

  it('differs for each further profile, and is what the service’s answers give', () => {
    expect(viewerOf(tokenOf({ sub: 'a', profile: 'b' }))).toBe(viewerName('a', 'b'));
    expect(new Set([viewerName('a', 'a'), viewerName('a', 'b'), viewerName('a', 'c'), viewerName('b', 'c')]).size).toBe(4);
  });

  it('is null for anything that is not a token', () => {
    expect(viewerOf(null)).toBeNull();
    expect(viewerOf('nonsense')).toBeNull();
  });
});
