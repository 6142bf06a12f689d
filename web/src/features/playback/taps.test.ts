import { describe, expect, it } from 'vitest';
import { DoubleTaps } from './taps';

describe('DoubleTaps', () => {
  it('finds two quick taps on one side', () => {
    const taps = new DoubleTaps();
    expect(taps.tap(0.1, 0)).toBeNull();
    expect(taps.tap(0.2, 300)).toBe('back');
    expect(taps.tap(0.9, 1000)).toBeNull();
    expect(taps.tap(0.8, 1200)).toBe('forward');
  });

  it('counts each further quick tap', () => {
    const taps = new DoubleTaps();
    expect([0, 200, 400, 600].map((at) => taps.tap(0.9, at))).toEqual([null, 'forward', 'forward', 'forward']);
  });

  it('ignores slow taps, taps on both sides, and taps in the middle', () => {
    const slow = new DoubleTaps();
    expect([0, 400].map((at) => slow.tap(0.1, at))).toEqual([null, null]);
    const both = new DoubleTaps();
    expect([both.tap(0.1, 0), both.tap(0.9, 100)]).toEqual([null, null]);
    const middle = new DoubleTaps();
    expect([0, 100].map((at) => middle.tap(0.5, at))).toEqual([null, null]);
  });
});
