import { useCallback, useRef } from 'react';
import type { Video } from '@/lib/models';
import { Card } from './card';
import { Group, slideTo } from './focus';

export interface Entry {
  video: Video;
  note?: string;
  progress?: number;
  onPress: () => void;
}

interface ShelfProps {
  /** Unique in the app. */
  name: string;
  title: string;
  entries: Entry[];
  /** Moves the page to the shelf. */
  onReached: (shelf: HTMLElement) => void;
}

/** A row of cards. The focused one moves to its start. */
export function Shelf({ name, title, entries, onReached }: ShelfProps) {
  const shelf = useRef<HTMLElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const onFocused = useCallback(
    (node: HTMLElement) => {
      slideTo(track, 'x', node.offsetLeft);
      if (shelf.current) onReached(shelf.current);
    },
    [onReached],
  );
  return (
    <section ref={shelf} className="shelf">
      <h2>{title}</h2>
      <Group focusKey={`shelf-${name}`} label={title}>
        <div ref={track} className="shelf-track">
          {entries.map(({ video, note, progress, onPress }) => (
            <Card
              key={video.id}
              focusKey={`${name}-${video.id}`}
              video={video}
              note={note}
              progress={progress}
              onPress={onPress}
              onFocused={onFocused}
            />
          ))}
        </div>
      </Group>
    </section>
  );
}
