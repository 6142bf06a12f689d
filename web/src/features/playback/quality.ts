import { Hls } from 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';

/** The menu's event when the viewer chooses a quality: the rendition's id, or automatic. */
export const QUALITY_REQUEST = 'mediarenditionrequest';

interface Renditions extends EventTarget, Iterable<{ id?: string; height?: number }> {
  selectedIndex: number;
}

type Element = HlsVideoElement & { videoRenditions?: Renditions };

/**
 * Keeps the viewer's choice of quality when a stream is reloaded, and keeps the automatic choice if they made none: after a failed
 * segment, the element would otherwise treat the next lower quality as the viewer's choice, permanently.
 */
export class Quality {
  private height: number | null = null;

  constructor(private readonly element: Element) {}

  choose(id: unknown): void {
    const chosen = [...(this.element.videoRenditions ?? [])].find((rendition) => rendition.id === id);
    this.height = chosen?.height ?? null;
  }

  listenTo(hls: NonNullable<HlsVideoElement['api']>): void {
    hls.on(Hls.Events.MANIFEST_PARSED, this.restore);
    hls.on(Hls.Events.LEVEL_SWITCHED, this.restore);
  }

  private readonly restore = () => {
    const renditions = this.element.videoRenditions;
    if (!renditions) return;
    const wanted = this.height === null ? -1 : [...renditions].findIndex(({ height }) => height === this.height);
    if (renditions.selectedIndex !== wanted) renditions.selectedIndex = wanted;
  };
}
