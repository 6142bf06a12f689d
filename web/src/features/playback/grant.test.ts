import { describe, expect, it } from 'vitest';
import { renewIn } from './grant';

const ANSWERED = 'Thu, 26 Nov 2026 17:00:00 GMT';
const REFRESH = '2026-11-26T17:48:00Z';

describe('renewIn', () => {
  it('uses the service’s clock, even if the browser’s is wrong', () => {
    for (const wrong of ['2020-01-01', '2026-11-26T17:00:00Z', '2030-01-01']) {
      expect(renewIn(REFRESH, ANSWERED, Date.parse(wrong))).toBe(48 * 60);
    }
  });

  it('uses the browser’s clock if the response has no date', () => {
    for (const date of [null, '', 'yesterday']) expect(renewIn(REFRESH, date, Date.parse('2026-11-26T17:38:00Z'))).toBe(600);
  });

  it('has a lower limit, so that grants are not requested in a loop', () => {
    expect(renewIn('2026-11-26T16:00:00Z', ANSWERED)).toBe(10);
  });
});
