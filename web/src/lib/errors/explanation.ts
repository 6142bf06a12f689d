import type { ErrorCode } from './api-error';

/** What to tell a person about an error, and the one action that helps. */
export interface Explanation {
  title: string;
  text: string;
  action: Action | null;
}

export type Action =
  | { kind: 'link'; label: string; to: string }
  /** An external page. */
  | { kind: 'visit'; label: string; href: string }
  | { kind: 'retry'; label: string };

export type Explanations = Partial<Record<ErrorCode, () => Explanation>>;
