import { plural, t } from '@lingui/core/macro';
import type { AudioTrack } from '@/lib/models';

/** The audio tracks of a video, including those that Mux did not keep. */
export function audioSummary(tracks: readonly AudioTrack[]): (readonly [name: string, value: string])[] {
  return tracks.map((track, index) => [tracks.length > 1 ? trackName(index + 1) : t`Audio`, words(track)] as const);
}

const trackName = (number: number) => t`Audio track ${number}`;

function words({ language, name, channels, kept_channels, kept }: AudioTrack): string {
  const what = [name, language].filter(Boolean).join(', ');
  const described = [what, layout(kept_channels ?? channels)].filter((part) => part !== '').join(' · ');
  const track = described || t`Track`;
  if (!kept) return t`${track}: not kept by Mux, viewers cannot hear it`;
  const isReduced =
    channels !== undefined && channels !== null && kept_channels !== undefined && kept_channels !== null && kept_channels < channels;
  const original = layout(channels);
  return isReduced ? t`${described} (${original} in the file)` : described || t`Kept`;
}

function layout(channels: number | null | undefined): string {
  switch (channels) {
    case null:
    case undefined:
    case 0:
      return '';
    case 1:
      return t`mono`;
    case 2:
      return t`stereo`;
    case 6:
      return '5.1';
    case 8:
      return '7.1';
    default:
      return plural(channels, { one: '# channel', other: '# channels' });
  }
}
