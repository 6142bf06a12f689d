import type { HTMLAttributes, Ref } from 'react';
import type HlsVideoElement from 'hls-video-element';
import type { MediaRenditionMenu } from 'media-chrome/menu';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'hls-video': HTMLAttributes<HlsVideoElement> & {
        ref?: Ref<HlsVideoElement>;
        slot?: string;
        class?: string;
        crossOrigin?: string;
        playsInline?: boolean;
        preload?: string;
        src?: string;
        poster?: string;
        controls?: boolean;
        autoplay?: boolean;
      };
      'media-controller': HTMLAttributes<HTMLElement> & {
        ref?: Ref<HTMLElement>;
        class?: string;
        autohide?: string;
        novolumepref?: string;
        nomutedpref?: string;
        nosubtitleslangpref?: string;
        keyboardupvolumestep?: string;
        keyboarddownvolumestep?: string;
        gesturesdisabled?: string;
      };
      'quality-menu': HTMLAttributes<MediaRenditionMenu> & { anchor?: string; slot?: string; class?: string };
    }
  }
}
