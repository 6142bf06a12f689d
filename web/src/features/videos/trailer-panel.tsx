import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Link } from '@/lib/router/link';
import { ButtonLink } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { Actions, Note, Panel } from '@/components/panel';
import { length } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import styles from './item-list.module.css';
import { useTitleOfTrailer, useTrailers } from './use-trailers';
import { EncodingBadge, publication } from './video-state';

/** The trailers of a title, and where an operator adds one; or what the trailer on this page belongs to. */
export function TrailerPanel({ video }: { video: AdminVideo }) {
  return (
    <Panel title={t`Trailer`}>
      {video.trailer_of ? (
        <>
          <Note>{t`This video is a trailer. It appears only with its title, and everybody can play it once it is published.`}</Note>
          <Trailed trailer={video} />
        </>
      ) : (
        <>
          <Note>{t`A trailer plays without an account. Of several, the one that was published last is shown.`}</Note>
          <Trailers of={video.id} label={t`Trailers`} />
          {video.series_id && <Trailers of={video.series_id} label={t`Trailers of the series`} />}
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

/** The film or series of a trailer. */
function Trailed({ trailer }: { trailer: AdminVideo }) {
  const trailed = useTitleOfTrailer(trailer);
  if (!trailed) return null;
  const { title, operatorPage } = trailed;
  return (
    <Note>
      <Trans>
        Trailer of <Link to={operatorPage}>{title}</Link>
      </Trans>
    </Note>
  );
}

/** The trailers of a film or series; nothing if it has none. */
function Trailers({ of, label }: { of: string; label: string }) {
  const trailers = useTrailers(of);
  if (trailers.error && !trailers.data) {
    return <ErrorNotice size="line" error={trailers.error} onRetry={() => void trailers.refetch()} />;
  }
  if (!trailers.data || trailers.data.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={label}>
      {trailers.data.map((trailer) => (
        <li key={trailer.id} className={styles.item}>
          <Link to={`/admin/videos/${trailer.id}`} className={styles.name}>
            {trailer.title}
          </Link>
          <span className={styles.note}>
            {[trailer.duration ? length(trailer.duration) : '', publication(trailer).text].filter((part) => part !== '').join(' · ')}
          </span>
          {trailer.status !== 'ready' && <EncodingBadge video={trailer} />}
        </li>
      ))}
    </ul>
  );
}
