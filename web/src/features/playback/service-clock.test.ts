import { describe, expect, it } from 'vitest';
import { ServiceClock } from './service-clock';

const NOON = Date.parse('2026-11-26T12:00:00Z');
const HOUR = 3_600_000;

describe('ServiceClock', () => {
  it('returns the service’s time on a device that is hours slow or fast', () => {
    for (const wrong of [-2 * HOUR, 5 * HOUR, 0]) {
      const clock = new ServiceClock();
      clock.hear('Thu, 26 Nov 2026 12:00:00 GMT', NOON + wrong);
      expect(clock.now(NOON + wrong + 1500)).toBe('2026-11-26T12:00:01.500Z');
    }
  });

  it('never stops or goes back, whatever happens to the device’s clock', () => {
    const clock = new ServiceClock();
    const said = [clock.now(NOON), clock.now(NOON), clock.now(NOON - 2 * HOUR), clock.now(NOON + 10)];
    clock.hear('Thu, 26 Nov 2026 11:00:00 GMT', NOON);
    said.push(clock.now(NOON));
    expect([...said].sort()).toEqual(said);
    expect(new Set(said).size).toBe(said.length);
  });

  it('uses the device’s clock if a response has no date', () => {
    const clock = new ServiceClock();
    clock.hear(null, NOON);
    clock.hear('yesterday', NOON);
    expect(clock.now(NOON)).toBe('2026-11-26T12:00:00.000Z');
  });
});
