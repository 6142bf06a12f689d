// The nouns of the API by their names, as docs/openapi.json describes them.
import type { components, paths } from './api.generated';

type Schemas = components['schemas'];

export type AdminVideo = Schemas['AdminVideo'];
export type BillingEvent = Schemas['BillingEvent'];
export type Category = Schemas['Category'];
export type ChangePreview = Schemas['ChangePreview'];
export type Code = Schemas['Code'];
export type Deed = Schemas['Deed'];
/** A customer of whom the tables say something else than Stripe. */
export type Drift = Schemas['Drift'];
export type EventState = Schemas['EventState'];
export type Interval = Schemas['Interval'];
export type Invoice = Schemas['Invoice'];
export type Member = Schemas['Member'];
export type MemberDetail = Schemas['MemberDetail'];
/** The figures of the business over some days. */
export type Metrics = paths['/api/admin/metrics']['get']['responses'][200]['content']['application/json']['data'];
export type NewVideo = Schemas['NewVideo'];
export type Payment = Schemas['Payment'];
export type Plan = Schemas['Plan'];
export type PlanType = Schemas['PlanType'];
export type Playback = Schemas['Playback'];
export type Price = Schemas['Price'];
export type RequiredPlan = Schemas['RequiredPlan'];
export type Session = Schemas['Session'];
export type SignIn = Schemas['SignIn'];
export type Sort = Schemas['Sort'];
export type Status = Schemas['Status'];
export type Stream = Schemas['Stream'];
export type Subscription = Schemas['Subscription'];
export type UploadTarget = Schemas['UploadTarget'];
export type User = Schemas['User'];
export type Video = Schemas['Video'];
/** What becomes different of a video. */
export type VideoEdits = Schemas['Edits'];
export type VideoStatus = Schemas['VideoStatus'];
/** A video with what it is to the viewer who asks. */
export type ShownVideo = Schemas['Shown'];
/** A video that was begun. */
export type Begun = Schemas['Begun'];

/** A page of a list, and where the next one starts. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
