// The bandwidth to expect when a film starts. By default hls.js requests a segment only to measure it, and then requests the first
// one again in the right quality.
import { downlink } from '@/lib/network';

const KEY = 'marquee.rate';
/** The share of the expected bandwidth that the first segment may use. The quality rises as soon as it has arrived. */
const SHARE = 0.5;
/** If nothing is known, in bits per second. */
const UNKNOWN = 1_000_000;
/** The least that is remembered. A stall or a suspended device is no measurement. */
const KEPT_MIN = 100_000;

/** In bits per second: what the last film measured, but not more than the browser's own estimate. */
export function expectedRate(kept = keptRate(), estimate = downlink()): number {
  return SHARE * Math.min(kept ?? estimate ?? UNKNOWN / SHARE, estimate ?? Infinity);
}

/** Remembers what a film has measured, in bits per second. */
export function keepRate(measured: number): void {
  if (!Number.isFinite(measured) || measured < KEPT_MIN) return;
  try {
    localStorage.setItem(KEY, String(Math.round(measured)));
  } catch {
    // Without storage each visit starts with the browser's estimate.
  }
}

function keptRate(): number | null {
  try {
    const kept = Number(localStorage.getItem(KEY));
    return kept >= KEPT_MIN && Number.isFinite(kept) ? kept : null;
  } catch {
    return null;
  }
}
