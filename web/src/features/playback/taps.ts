// Double taps on the picture: on its left they go back, on its right forward.

/** How much one double tap moves, in seconds. */
export const TAP_SECONDS = 10;
/** The longest time between two taps of a double tap, in milliseconds. */
const BETWEEN_MAX = 350;
/** The part of the width at each side that reacts. The middle is for showing the controls. */
const SIDE = 0.4;

export type Side = 'back' | 'forward';

/** The side of the picture where a finger is; `null` in the middle. `x` is a share of the width. */
export function sideOf(x: number): Side | null {
  if (x <= SIDE) return 'back';
  return x >= 1 - SIDE ? 'forward' : null;
}

/** Finds the double taps among taps. Every further tap soon after a double tap counts as another one. */
export class DoubleTaps {
  private last: { side: Side; at: number } | null = null;

  /** Whether a tap completes a double tap, and where. `at` is in milliseconds. */
  tap(x: number, at: number): Side | null {
    const side = sideOf(x);
    const before = this.last;
    this.last = side && { side, at };
    return side && before?.side === side && at - before.at <= BETWEEN_MAX ? side : null;
  }
}
