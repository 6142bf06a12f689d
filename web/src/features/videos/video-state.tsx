import { Badge } from '@/components/badge';
import { isPast } from '@/lib/fields';
import { day, moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';

/** Where its encoding stands. */
export function EncodingBadge({ video }: { video: AdminVideo }) {
  switch (video.status) {
    case 'ready':
      return <Badge kind="positive">Ready</Badge>;
    case 'error':
      return <Badge kind="danger">Failed</Badge>;
    case 'processing':
      return <Badge kind="warning">{video.mux_asset_id ? 'Encoding' : 'Waiting for its file'}</Badge>;
  }
}

/** Whether viewers see it, and since or from when. */
export function publication({ published, publish_at, published_at }: AdminVideo): { kind: 'draft' | 'scheduled' | 'published'; text: string } {
  if (!published) return { kind: 'draft', text: 'Draft' };
  if (publish_at && !isPast(publish_at)) return { kind: 'scheduled', text: `From ${moment(publish_at)}` };
  return { kind: 'published', text: published_at ? `Since ${day(published_at)}` : 'Published' };
}
