import { describe, expect, it } from 'vitest';
import { deviceName } from './device-name';

describe('deviceName', () => {
  it('keeps a name that was chosen', () => {
    expect(deviceName('Living room')).toBe('Living room');
    expect(deviceName('')).toBe('Unknown device');
  });

  it('parses the user agents of browsers', () => {
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
    expect(deviceName(chrome)).toBe('Chrome on Linux');
    const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1';
    expect(deviceName(safari)).toBe('Safari on iPhone');
    expect(deviceName('Mozilla/5.0 something new')).toBe('Unknown browser');
  });
});
