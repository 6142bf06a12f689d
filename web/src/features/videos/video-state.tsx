import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';
import { isPast } from '@/lib/fields';
import { moment, utcDay } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';

/** The status of a video's encoding. */
export function EncodingBadge({ video }: { video: AdminVideo }) {
  switch (video.status) {
    case 'ready':
      return <Badge kind="positive">{t`Ready`}</Badge>;
    case 'error':
      return <Badge kind="danger">{t`Failed`}</Badge>;
    case 'processing':
      return <Badge kind="warning">{video.mux_asset_id ? t`Encoding` : t`Waiting for file`}</Badge>;
  }
}

/** Whether viewers can see a video, and since when or from when. */
export function publication({ published, publish_at, published_at }: AdminVideo): {
  kind: 'draft' | 'scheduled' | 'published';
  text: string;
} {
  if (!published) return { kind: 'draft', text: t`Draft` };
  if (publish_at && !isPast(publish_at)) {
    const start = moment(publish_at);
    return { kind: 'scheduled', text: t`Scheduled for ${start}` };
  }
  const day = published_at && utcDay(published_at);
  return { kind: 'published', text: day ? t`Published on ${day}` : t`Published` };
}
