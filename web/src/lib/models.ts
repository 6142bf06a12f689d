// Names for the API's types, as described in docs/openapi.json.
import type { components } from './api.generated';

type Schemas = components['schemas'];

export type AdminVideo = Schemas['AdminVideo'];
export type BillingEvent = Schemas['BillingEvent'];
export type Category = Schemas['Category'];
export type ChangePreview = Schemas['PlanChangePreview'];
export type Code = Schemas['ErrorCode'];
export type AuditEntry = Schemas['AuditEntry'];
/** A customer whose rows differ from Stripe's data. */
export type Drift = Schemas['BillingDrift'];
export type Email = Schemas['MemberEmail'];
export type EventState = Schemas['BillingEventState'];
/** A new video whose file Mux fetches. */
export type ImportedVideo = Schemas['ImportedVideo'];
export type Interval = Schemas['BillingInterval'];
export type Invoice = Schemas['Invoice'];
export type Member = Schemas['Member'];
export type MemberDetail = Schemas['MemberDetail'];
/** The business metrics of some days. */
export type Metrics = Schemas['MetricsReport'];
export type NewVideo = Schemas['NewVideo'];
export type Payment = Schemas['Payment'];
export type Plan = Schemas['Plan'];
export type PlanType = Schemas['PlanType'];
export type Playback = Schemas['Playback'];
/** Changes to a viewer's preferences. */
export type PreferenceEdits = Schemas['PreferenceEdits'];
export type Preferences = Schemas['Preferences'];
/** A viewer profile of an account. */
export type Profile = Schemas['Profile'];
export type Avatar = Profile['avatar'];
/** Changes to a profile. */
export type ProfileEdits = Schemas['ProfileEdits'];
export type NewProfile = Schemas['NewProfile'];
export type Price = Schemas['Price'];
export type RequiredPlan = Schemas['RequiredPlan'];
export type Series = Schemas['Series'];
/** A series as operators see it, with or without episodes. */
export type AdminSeries = Schemas['AdminSeries'];
export type Session = Schemas['Session'];
export type SignIn = Schemas['SignIn'];
export type Sort = Schemas['VideoSort'];
/** A language in which Mux generates captions. */
export type SpokenLanguage = Schemas['SpokenLanguage'];
export type Status = Schemas['SubscriptionStatus'];
export type Stream = Schemas['Stream'];
export type Subscription = Schemas['Subscription'];
export type Captions = Schemas['VideoCaptions'];
export type AudioTrack = Schemas['AudioTrack'];
export type VideoQuality = Schemas['VideoQuality'];
export type UploadTarget = Schemas['UploadTarget'];
export type User = Schemas['User'];
/** The signed-in user, with the session's profile. */
export type Me = Schemas['Me'];
export type Video = Schemas['Video'];
/** A video or series as everybody sees it, with its trailer. */
export type Title = Schemas['Title'];
/** Changes to a video. */
export type VideoEdits = Schemas['VideoEdits'];
export type VideoStatus = Schemas['VideoStatus'];
/** A video with the viewer's access and position. */
export type ShownVideo = Schemas['VideoDetail'];
/** The viewer's home page. */
export type Home = Schemas['Home'];
/** A card of it. */
export type HomeVideo = Schemas['HomeVideo'];

/** A device that asks to be signed in. */
export type WaitingDevice = Schemas['WaitingDevice'];

/** A watched video with its position. */
export type HistoryItem = Schemas['HistoryItem'];
/** A video on the viewer's list. */
export type WatchlistItem = Schemas['WatchlistItem'];

/** A page of a list, and the cursor of the next one. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  /** Suggestions for a search that found nothing. */
  suggestions?: T[];
}
