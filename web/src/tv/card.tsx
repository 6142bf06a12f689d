import { memo, useState } from 'react';
import type { Video } from '@/lib/models';
import { Item } from './focus';

/** The widest picture that a card needs, in pixels: televisions decode large pictures slowly. */
const PICTURE_WIDTH = 640;

/** The URL of the narrowest picture of at least a width. */
export function pictureOf(poster: NonNullable<Video['poster']>, width: number): string {
  const all = poster.srcset.split(', ').map((entry) => {
    const [url = '', size = '0w'] = entry.split(' ');
    return { url, width: parseInt(size, 10) };
  });
  const enough = all.filter((one) => one.width >= width).sort((one, other) => one.width - other.width);
  return enough[0]?.url ?? poster.url;
}

interface PictureProps {
  video: Pick<Video, 'title' | 'poster'>;
  width?: number;
}

/** A video's picture; without a picture, its title. */
export function Picture({ video: { poster, title }, width = PICTURE_WIDTH }: PictureProps) {
  const [isFailed, setIsFailed] = useState(false);
  return (
    <span className="picture" style={{ backgroundColor: poster?.placeholder }}>
      {poster && !isFailed ? (
        <img src={pictureOf(poster, width)} alt="" decoding="async" onError={() => setIsFailed(true)} />
      ) : (
        <span aria-hidden="true">{title}</span>
      )}
    </span>
  );
}

interface CardProps {
  focusKey: string;
  video: Pick<Video, 'id' | 'title' | 'poster' | 'duration'>;
  note?: string;
  /** The watched seconds. */
  progress?: number;
  onPress: () => void;
  onFocused?: (node: HTMLElement) => void;
}

export const Card = memo(function Card({ focusKey, video, note, progress, onPress, onFocused }: CardProps) {
  const watched = progress && video.duration ? Math.min(1, progress / video.duration) : 0;
  return (
    <Item focusKey={focusKey} className="card" onPress={onPress} onFocused={onFocused}>
      <Picture video={video} />
      {watched > 0 && (
        <span className="track" aria-hidden="true">
          <span style={{ transform: `scaleX(${watched})` }} />
        </span>
      )}
      <span className="card-title">{video.title}</span>
      {note && <span className="card-note">{note}</span>}
    </Item>
  );
});
