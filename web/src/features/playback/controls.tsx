import { Trans } from '@lingui/react/macro';
import {
  MediaAirplayButton,
  MediaCastButton,
  MediaControlBar,
  MediaFullscreenButton,
  MediaLoadingIndicator,
  MediaMuteButton,
  MediaPipButton,
  MediaPlayButton,
  MediaSeekBackwardButton,
  MediaSeekForwardButton,
  MediaTimeDisplay,
  MediaTimeRange,
  MediaVolumeRange,
} from 'media-chrome/react';
import {
  MediaAudioTrackMenu,
  MediaAudioTrackMenuButton,
  MediaCaptionsMenu,
  MediaCaptionsMenuButton,
  MediaPlaybackRateMenu,
  MediaPlaybackRateMenuButton,
  MediaRenditionMenuButton,
  MediaSettingsMenu,
  MediaSettingsMenuButton,
  MediaSettingsMenuItem,
} from 'media-chrome/react/menu';
import { use, useSyncExternalStore } from 'react';
import { useLanguage } from '@/lib/i18n/catalogues';
import { playerLanguage } from './player-language';
import styles from './player.module.css';
import './quality-menu';

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** The bars at the bottom of the picture, and their menus. On a phone there is one menu for all settings. */
export default function Controls({ hasAudioChoice }: { hasAudioChoice: boolean }) {
  use(playerLanguage(useLanguage()));
  const isNarrow = useNarrow();
  return (
    <>
      <MediaLoadingIndicator slot="centered-chrome" noAutohide className={styles.loading} />
      {isNarrow ? <Settings hasAudioChoice={hasAudioChoice} /> : <Menus />}
      <MediaControlBar className={styles.seek}>
        <MediaTimeRange className={styles.range} />
      </MediaControlBar>
      <MediaControlBar className={styles.bar}>
        <MediaPlayButton className={styles.control} />
        <MediaSeekBackwardButton seekOffset={10} className={styles.control} />
        <MediaSeekForwardButton seekOffset={10} className={styles.control} />
        <MediaMuteButton className={styles.control} />
        {!isNarrow && <MediaVolumeRange ref={moveInSteps} className={styles.volume} />}
        <MediaTimeDisplay showDuration noToggle className={styles.time} />
        <span className={styles.gap} />
        {isNarrow ? (
          <MediaSettingsMenuButton className={styles.control} />
        ) : (
          <>
            <MediaCaptionsMenuButton className={styles.control} />
            {hasAudioChoice && <MediaAudioTrackMenuButton className={styles.control} />}
            <MediaPlaybackRateMenuButton className={styles.control} />
            <MediaRenditionMenuButton invokeTarget="quality" className={styles.control} />
            <MediaPipButton className={styles.control} />
          </>
        )}
        <MediaAirplayButton className={styles.control} />
        <MediaCastButton className={styles.control} />
        <MediaFullscreenButton className={styles.control} />
      </MediaControlBar>
    </>
  );
}

/** Lets the volume move in steps of 5 %, as with the keys. */
function moveInSteps(element: { range: HTMLInputElement } | null): void {
  if (element) element.range.step = '0.05';
}

function Menus() {
  return (
    <>
      <quality-menu id="quality" hidden anchor="auto" class={styles.menu} />
      <MediaPlaybackRateMenu hidden anchor="auto" rates={RATES} className={styles.menu} />
      <MediaAudioTrackMenu hidden anchor="auto" className={styles.menu} />
      <MediaCaptionsMenu hidden anchor="auto" className={styles.menu} />
    </>
  );
}

function Settings({ hasAudioChoice }: { hasAudioChoice: boolean }) {
  return (
    <MediaSettingsMenu hidden anchor="auto" className={styles.menu}>
      <MediaSettingsMenuItem>
        <Trans>Captions</Trans>
        <MediaCaptionsMenu slot="submenu" hidden>
          <span slot="title">
            <Trans>Captions</Trans>
          </span>
        </MediaCaptionsMenu>
      </MediaSettingsMenuItem>
      {hasAudioChoice && (
        <MediaSettingsMenuItem>
          <Trans>Audio</Trans>
          <MediaAudioTrackMenu slot="submenu" hidden>
            <span slot="title">
              <Trans>Audio</Trans>
            </span>
          </MediaAudioTrackMenu>
        </MediaSettingsMenuItem>
      )}
      <MediaSettingsMenuItem>
        <Trans>Speed</Trans>
        <MediaPlaybackRateMenu slot="submenu" hidden rates={RATES}>
          <span slot="title">
            <Trans>Speed</Trans>
          </span>
        </MediaPlaybackRateMenu>
      </MediaSettingsMenuItem>
      <MediaSettingsMenuItem>
        <Trans>Quality</Trans>
        <quality-menu slot="submenu" hidden>
          <span slot="title">
            <Trans>Quality</Trans>
          </span>
        </quality-menu>
      </MediaSettingsMenuItem>
    </MediaSettingsMenu>
  );
}

/** Whether the window is as narrow as a phone in portrait. */
const NARROW = '(max-width: 44rem)';

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(NARROW);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => window.matchMedia(NARROW).matches,
  );
}
