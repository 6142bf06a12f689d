import { getCurrentFocusKey, setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { Suspense, lazy, useEffect } from 'react';
import { t } from '@lingui/core/macro';
import { useIsChoosing } from '@/lib/choosing';
import { useIsSignedIn, useSwitches } from '@/lib/session';
import { Group } from './focus';
import { HomeScreen } from './home-screen';
import { isBack, leaveApp } from './keys';
import { ListScreen } from './list-screen';
import { Waiting } from './messages';
import { PairingScreen } from './pairing-screen';
import { PinScreen } from './pin-screen';
import { ProfilesScreen } from './profiles-screen';
import { back, closeScreens, useScreens } from './screens';
import type { Screen } from './screens';
import { SearchScreen } from './search-screen';
import { SeriesScreen } from './series-screen';
import { SignOutScreen } from './sign-out-screen';
import { TitleScreen } from './title-screen';

/** The player is loaded when something is played: hls.js is larger than the rest of the app. */
const WatchScreen = lazy(() => import('./watch-screen'));

export function App() {
  const isSignedIn = useIsSignedIn();
  const switches = useSwitches();
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return <main>{isSignedIn ? <Screens key={switches} /> : <PairingScreen />}</main>;
}

function onKey(event: KeyboardEvent): void {
  if (!isBack(event)) return;
  event.preventDefault();
  if (!back()) leaveApp();
}

/** The open screens stay as they are below the visible one, so that Back returns to exactly the same place. */
function Screens() {
  const screens = useScreens();
  const top = screens.length - 1;
  useEffect(() => {
    void setFocus(`screen-${top}`);
  }, [top]);
  useEffect(() => {
    // Something that had focus may have disappeared.
    const keepFocus = () => {
      if (document.activeElement === document.body || getCurrentFocusKey() === '') void setFocus(`screen-${top}`);
    };
    const timer = setInterval(keepFocus, 500);
    document.addEventListener('keydown', keepFocus, true);
    return () => {
      clearInterval(timer);
      document.removeEventListener('keydown', keepFocus, true);
    };
  }, [top]);
  return (
    <>
      {screens.map((screen, depth) => (
        <div key={`${depth}-${screen.name}-${'id' in screen ? screen.id : ''}`} className="screen" hidden={depth < top}>
          <Group focusKey={`screen-${depth}`} className="stage" isClosed first={screen.name === 'home' ? 'hero' : undefined}>
            <Suspense fallback={<Waiting label={t`Loading`} />}>
              <Content screen={screen} focusKey={`screen-${depth}`} isVisible={depth === top} />
            </Suspense>
          </Group>
        </div>
      ))}
    </>
  );
}

/** The home screen, or first the question who is watching. */
function FirstScreen(props: ScreenProps) {
  const isChoosing = useIsChoosing();
  useEffect(() => {
    // The open screens belonged to the previous profile.
    if (isChoosing) closeScreens();
  }, [isChoosing]);
  return isChoosing ? <ProfilesScreen {...props} /> : <HomeScreen {...props} />;
}

export interface ScreenProps {
  /** The key of the screen's controls. */
  focusKey: string;
  isVisible: boolean;
}

function Content({ screen, ...props }: { screen: Screen } & ScreenProps) {
  switch (screen.name) {
    case 'home':
      return <FirstScreen {...props} />;
    case 'profiles':
      return <ProfilesScreen {...props} />;
    case 'pin':
      return <PinScreen {...props} id={screen.id} />;
    case 'search':
      return <SearchScreen {...props} />;
    case 'list':
      return <ListScreen {...props} />;
    case 'sign-out':
      return <SignOutScreen {...props} />;
    case 'title':
      return <TitleScreen {...props} id={screen.id} />;
    case 'series':
      return <SeriesScreen {...props} id={screen.id} />;
    case 'watch':
      return <WatchScreen {...props} id={screen.id} isFromStart={screen.isFromStart ?? false} />;
  }
}
