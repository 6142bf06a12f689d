import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { Actions, Note, Panel } from '@/components/panel';
import type { AdminVideo } from '@/lib/models';

/** Where an operator adds a trailer, or what the trailer on this page belongs to. */
export function TrailerPanel({ video }: { video: AdminVideo }) {
  return (
    <Panel title={t`Trailer`}>
      {video.trailer_of ? (
        <Note>{t`This video is a trailer. It is shown with its title, in no list, and plays for everybody once it is published.`}</Note>
      ) : (
        <>
          <Note>{t`A trailer plays without an account. Of several, the one that was published last is shown.`}</Note>
          <Actions>
            <ButtonLink size="sm" icon={MORE_ICONS.plus} to={`/admin/videos/new?trailer_of=${video.id}`}>
              {t`Add a trailer`}
            </ButtonLink>
            {video.series_id && (
              <ButtonLink size="sm" icon={MORE_ICONS.plus} to={`/admin/videos/new?trailer_of=${video.series_id}`}>
                {t`Add a trailer of the series`}
              </ButtonLink>
            )}
          </Actions>
        </>
      )}
    </Panel>
  );
}
