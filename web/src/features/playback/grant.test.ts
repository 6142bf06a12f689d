import { describe, expect, it } from 'vitest';
import { renewIn } from './grant';

const ANSWERED = 'Thu, 26 Nov 2026 17:00:00 GMT';
const REFRESH = '2026-11-26T17:48:00Z';

describe('renewIn', () => {
  it('goes by the clock of the service, however wrong that of the browser is', () => {
    for (const wrong of ['2020-01-01', '2026-11-26T17:00:00Z', '2030-01-01']) {
      expect(renewIn(REFRESH, ANSWERED, Date.parse(wrong))).toBe(48 * 60);
    }
  });

  it('goes by the clock of the browser where the answer names no time', () => {
    for (const date of [null, '', 'yesterday']) expect(renewIn(REFRESH, date, Date.parse('2026-11-26T17:38:00Z'))).toBe(600);
  });

  it('never asks without end', () => {
    expect(renewIn('2026-11-26T16:00:00Z', ANSWERED)).toBe(10);
  });
});
