import { useCallback, useRef } from 'react';
import type { Video } from '@/lib/models';
import { Card } from './card';
import { Group, slideTo } from './focus';
import { open } from './screens';

/** Cards in rows. The row of the focused one moves to the top. */
export function Grid({ name, videos, label }: { name: string; videos: Video[]; label: string }) {
  const track = useRef<HTMLDivElement>(null);
  const onFocused = useCallback((node: HTMLElement) => slideTo(track, 'y', node.offsetTop), []);
  return (
    <div className="grid">
      <Group focusKey={name} label={label}>
        <div ref={track} className="grid-track">
          {videos.map((video) => (
            <Card
              key={video.id}
              focusKey={`${name}-${video.id}`}
              video={video}
              onPress={() => open({ name: 'title', id: video.id })}
              onFocused={onFocused}
            />
          ))}
        </div>
      </Group>
    </div>
  );
}
