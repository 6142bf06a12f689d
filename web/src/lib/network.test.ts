import { describe, expect, it } from 'vitest';
import { downlink, savesData } from './network';

describe('savesData', () => {
  it('respects the viewer’s wish', () => {
    expect(savesData({ saveData: true, effectiveType: '4g' })).toBe(true);
    expect(savesData({ saveData: false, effectiveType: '4g' })).toBe(false);
  });

  it('is true on a very slow connection', () => {
    expect(savesData({ effectiveType: '2g' })).toBe(true);
    expect(savesData({ effectiveType: '3g' })).toBe(false);
  });

  it('is false in a browser that does not tell', () => {
    expect(savesData({})).toBe(false);
  });
});

describe('downlink', () => {
  it('is in bits per second', () => {
    expect(downlink({ downlink: 1.5 })).toBe(1_500_000);
  });

  it('is unknown in a browser that does not tell', () => {
    expect(downlink({})).toBeNull();
    expect(downlink({ downlink: 0 })).toBeNull();
  });
});
