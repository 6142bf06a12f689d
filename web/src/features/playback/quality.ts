import { Hls } from 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';

/** What the player's menu asks for when the viewer chooses a quality: the rendition's id, or that the player chooses. */
export const QUALITY_REQUEST = 'mediarenditionrequest';

interface Renditions extends EventTarget, Iterable<{ id?: string; height?: number }> {
  selectedIndex: number;
}

type Element = HlsVideoElement & { videoRenditions?: Renditions };

/**
 * Keeps the quality that the viewer chose when a stream is loaded anew. And keeps the player free to choose where they chose
 * none: after a segment that failed, the element takes the next lower quality for theirs, for good.
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
