import type { ErrorCode } from './api-error';

/** What to tell a person of an error, and the one thing that they can do. */
export interface Explanation {
  title: string;
  text: string;
  action: Action | null;
}

export type Action =
  | { kind: 'link'; label: string; to: string }
  /** A page that is not ours. */
  | { kind: 'visit'; label: string; href: string }
  | { kind: 'retry'; label: string };

export type Explanations = Partial<Record<ErrorCode, () => Explanation>>;
