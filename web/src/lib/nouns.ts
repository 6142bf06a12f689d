// Names that many pages use.
import { t } from '@lingui/core/macro';

/** `Premium`: the name of a plan. */
export function planName(plan: string): string {
  return plan === 'free' ? t`Free` : plan.charAt(0).toUpperCase() + plan.slice(1);
}

/** `Choose Premium`. */
export function choosePlan(plan: string): string {
  const name = planName(plan);
  return t`Choose ${name}`;
}

/** `Season 2, episode 3`. */
export function placeName(season: number, episode: number): string {
  return t`Season ${season}, episode ${episode}`;
}

/** `S2 E3`, for places with little room. */
export function shortPlace(season: number, episode: number): string {
  return t`S${season} E${episode}`;
}

/** `Season 2`. */
export function seasonName(season: number): string {
  return t`Season ${season}`;
}
