// The nouns of the API by their names, as docs/openapi.json describes them.
import type { components } from './api.generated';

type Schemas = components['schemas'];

export type Category = Schemas['Category'];
export type ChangePreview = Schemas['ChangePreview'];
export type Code = Schemas['Code'];
export type Interval = Schemas['Interval'];
export type Invoice = Schemas['Invoice'];
export type Plan = Schemas['Plan'];
export type PlanType = Schemas['PlanType'];
export type Playback = Schemas['Playback'];
export type Price = Schemas['Price'];
export type RequiredPlan = Schemas['RequiredPlan'];
export type Session = Schemas['Session'];
export type SignIn = Schemas['SignIn'];
export type Sort = Schemas['Sort'];
export type Stream = Schemas['Stream'];
export type Subscription = Schemas['Subscription'];
export type User = Schemas['User'];
export type Video = Schemas['Video'];
/** A video with what it is to the viewer who asks. */
export type ShownVideo = Schemas['Shown'];
/** A video that was begun. */
export type Begun = Schemas['Begun'];

/** A page of a list, and where the next one starts. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
