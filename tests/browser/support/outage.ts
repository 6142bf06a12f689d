// Faults for the requests of one kind, which a test can begin and end: they fail, hang, or are refused.
import { createCipheriv, randomBytes } from 'node:crypto';
import type { Page, Route } from '@playwright/test';
import { leaveHanging } from './traffic.ts';

/** The URLs that the player requests. `segment` matches video segments only. */
export const REQUESTS = {
  master: /\/[^/]+\.m3u8\?token=/,
  'media playlist': /\/rendition\/(?!text-)[^/]+\.m3u8/,
  segment: /\/rendition\/[^/]+\.m4s/,
  key: /\/a-key\.bin/,
  caption: /\/rendition\/[^/]+\.vtt/,
  'caption playlist': /\/rendition\/text[^/]+\.m3u8/,
  storyboard: /\/storyboard\.vtt/,
  grant: /\/api\/videos\/[^/]+\/play/,
  video: /\/api\/videos\/[0-9a-f-]+$/,
  heartbeat: /\/api\/videos\/[^/]+\/progress/,
} as const;

export type Kind = keyof typeof REQUESTS;
export type Fault = 'unavailable' | 'cut' | 'hangs' | ((route: Route) => Promise<void>);

export class Outage {
  private fault: Fault | null = null;
  private left = 0;
  private readonly hung: Route[] = [];
  /** The time of each failed request, in milliseconds. */
  readonly failed: number[] = [];
  asked = 0;

  static async of(page: Page, kind: Kind): Promise<Outage> {
    const outage = new Outage();
    await page.route(REQUESTS[kind], async (route) => {
      outage.asked += 1;
      if (outage.fault === null || outage.left <= 0) {
        await route.fallback();
        return;
      }
      outage.left -= 1;
      outage.failed.push(Date.now());
      await outage.answer(route, outage.fault);
    });
    return outage;
  }

  /** Makes the next `times` requests fail; all of them by default. */
  begin(fault: Fault, times = Infinity): void {
    this.fault = fault;
    this.left = times;
  }

  async end(): Promise<void> {
    this.left = 0;
    await Promise.all(this.hung.splice(0).map((route) => route.abort().catch(() => undefined)));
  }

  private async answer(route: Route, fault: Fault): Promise<void> {
    if (typeof fault === 'function') return fault(route);
    if (fault === 'hangs') {
      leaveHanging(route.request());
      this.hung.push(route);
      return;
    }
    if (fault === 'cut') return route.abort('connectionrefused');
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };
    return route.fulfill({ status: 503, headers, contentType: 'text/plain', body: 'away' });
  }
}

/** Encrypts the film's segments in transit, so that the player has to request a key. */
export async function encrypt(page: Page): Promise<void> {
  const key = randomBytes(16);
  const iv = randomBytes(16);
  const headers = { 'access-control-allow-origin': '*' };
  await page.route(REQUESTS.key, (route) => route.fulfill({ headers, contentType: 'application/octet-stream', body: key }));
  await page.route(REQUESTS['media playlist'], async (route) => {
    const response = await route.fetch();
    const tag = `#EXT-X-KEY:METHOD=AES-128,URI="${new URL('/a-key.bin', route.request().url()).href}",IV=0x${iv.toString('hex')}`;
    // After the initialisation segment, which is not encrypted.
    const body = (await response.text()).replace(/(#EXT-X-MAP:.*\n)/, `$1${tag}\n`);
    await route.fulfill({ response, body });
  });
  await page.route(REQUESTS.segment, async (route) => {
    const response = await route.fetch();
    const cipher = createCipheriv('aes-128-cbc', key, iv);
    await route.fulfill({ response, body: Buffer.concat([cipher.update(await response.body()), cipher.final()]) });
  });
}
