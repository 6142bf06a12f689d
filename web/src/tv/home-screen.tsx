import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { homeQuery } from '@/features/videos/use-home';
import { cardOfTitle } from '@/features/videos/cards';
import { BRAND } from '@/lib/brand';
import type { Home, HomeVideo } from '@/lib/models';
import { clock } from '@/lib/format';
import { shortPlace } from '@/lib/nouns';
import type { ScreenProps } from './app';
import { Picture } from './card';
import { Group, Item, slideTo, useOnce } from './focus';
import { Failure, Waiting } from './messages';
import { open } from './screens';
import { Shelf } from './shelf';
import type { Entry } from './shelf';

/** The part of the screen's height that a television may cut off. */
const OVERSCAN = 0.04;

/** The first screen, from one call. */
export function HomeScreen({ focusKey, isVisible }: ScreenProps) {
  const { data, error, refetch } = useQuery(homeQuery);
  const client = useQueryClient();
  const page = useRef<HTMLDivElement>(null);
  const wasVisible = useRef(true);
  useEffect(() => {
    // What was watched in the meantime is in another place now.
    if (isVisible && !wasVisible.current) void client.invalidateQueries({ queryKey: homeQuery.queryKey });
    wasVisible.current = isVisible;
  }, [client, isVisible]);
  useOnce(data !== undefined && isVisible, () => void setFocus(data?.hero ? 'hero' : focusKey));
  const toTop = useCallback(() => slideTo(page, 'y', 0), []);
  if (!data) return error ? <Failure error={error} focusKey={focusKey} onRetry={() => void refetch()} /> : <Waiting label={t`Loading`} />;
  return (
    <div ref={page} className="page">
      <Menu onReached={toTop} />
      {data.hero ? <Hero hero={data.hero} onReached={toTop} /> : <h1 className="page-title">{t`Home`}</h1>}
      <Shelves home={data} page={page} />
    </div>
  );
}

function Menu({ onReached }: { onReached: () => void }) {
  return (
    <Group focusKey="menu" className="menu" label={t`Menu`} first="menu-search">
      <span className="brand">{BRAND}</span>
      <Item focusKey="menu-search" className="menu-item" onFocused={onReached} onPress={() => open({ name: 'search' })}>
        {t`Search`}
      </Item>
      <Item focusKey="menu-list" className="menu-item" onFocused={onReached} onPress={() => open({ name: 'list' })}>
        {t`My list`}
      </Item>
      <Item focusKey="menu-profiles" className="menu-item" onFocused={onReached} onPress={() => open({ name: 'profiles' })}>
        {t`Switch profile`}
      </Item>
      <Item focusKey="menu-sign-out" className="menu-item" onFocused={onReached} onPress={() => open({ name: 'sign-out' })}>
        {t`Sign out`}
      </Item>
    </Group>
  );
}

/** Opens the page of a card's title. */
export function openTitle({ id, series_id, series }: HomeVideo): void {
  open(series && series_id ? { name: 'series', id: series_id } : { name: 'title', id });
}

function Hero({ hero: { video, reason }, onReached }: { hero: NonNullable<Home['hero']>; onReached: () => void }) {
  const { note } = cardOfTitle(video);
  return (
    <section className="hero">
      <Picture video={video} width={1280} />
      <div className="hero-text">
        <p className="eyebrow">{reason === 'featured' ? t`Featured` : reason === 'popular' ? t`Popular now` : t`New on ${BRAND}`}</p>
        <h1>{video.series?.title ?? video.title}</h1>
        {note && <p className="note">{note}</p>}
        <p className="description">{video.description}</p>
        <Group focusKey="hero" className="buttons" label={video.title} first="hero-play">
          <Item focusKey="hero-play" className="button primary" onFocused={onReached} onPress={() => open({ name: 'watch', id: video.id })}>
            {t`Play`}
          </Item>
          <Item focusKey="hero-info" className="button" onFocused={onReached} onPress={() => openTitle(video)}>
            {t`More info`}
          </Item>
        </Group>
      </div>
    </section>
  );
}

function Shelves({ home, page }: { home: Home; page: RefObject<HTMLDivElement | null> }) {
  const { continue_watching, watchlist, shelves, videos } = home;
  const toShelf = useCallback((shelf: HTMLElement) => slideTo(page, 'y', shelf.offsetTop - OVERSCAN * window.innerHeight), [page]);
  const byId = new Map(videos.map((video) => [video.id, video]));
  const entry = (video: HomeVideo): Entry => {
    const { video: shown, note } = cardOfTitle(video);
    return { video: shown, note, onPress: () => openTitle(video) };
  };
  return (
    <>
      {continue_watching.length > 0 && (
        <Shelf name="continue" title={t`Continue watching`} entries={continue_watching.map(toContinue)} onReached={toShelf} />
      )}
      {watchlist.length > 0 && <Shelf name="list" title={t`My list`} entries={watchlist.map(entry)} onReached={toShelf} />}
      {shelves.map(({ id, kind, category, video_ids }) => (
        <Shelf
          key={id}
          name={id}
          title={kind === 'new' ? t`New on ${BRAND}` : kind === 'popular' ? t`Popular` : (category ?? '')}
          entries={video_ids.flatMap((video) => byId.get(video) ?? []).map(entry)}
          onReached={toShelf}
        />
      ))}
    </>
  );
}

function toContinue({ video, progress, is_up_next }: Home['continue_watching'][number]): Entry {
  const left = clock(Math.max(0, (video.duration ?? 0) - progress));
  const place = video.season && video.episode ? shortPlace(video.season, video.episode) : null;
  const note = is_up_next ? t`Up next` : t`${left} left`;
  return {
    video,
    progress,
    note: place ? `${place} · ${note}` : note,
    onPress: () => open({ name: 'watch', id: video.id }),
  };
}
