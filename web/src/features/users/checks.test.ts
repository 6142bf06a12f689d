import { describe, expect, it } from 'vitest';
import { emailIssue, nameIssue, newPasswordIssue } from './checks';

describe('checks before the request', () => {
  it('accept valid input', () => {
    expect(emailIssue(' you@example.com ')).toBeUndefined();
    expect(newPasswordIssue('a long enough phrase')).toBeUndefined();
    expect(nameIssue('')).toBeUndefined();
  });

  it('report empty, malformed, too short and too long input', () => {
    expect(emailIssue('  ')).toMatch(/Enter/);
    expect(emailIssue('you@example')).toMatch(/valid email address/);
    expect(emailIssue(`${'a'.repeat(320)}@example.com`)).toMatch(/too long/);
    expect(newPasswordIssue('')).toMatch(/Enter/);
    expect(newPasswordIssue('1234567')).toMatch(/at least 8/);
    expect(newPasswordIssue('x'.repeat(129))).toMatch(/at most 128/);
    expect(nameIssue('x'.repeat(101))).toMatch(/at most 100/);
  });

  it('count characters as the service does', () => {
    expect(newPasswordIssue('🎬'.repeat(7))).toMatch(/at least/);
    expect(newPasswordIssue('🎬'.repeat(128))).toBeUndefined();
  });
});
