import { describe, expect, it } from 'vitest';
import { issuedAt } from './session';

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
