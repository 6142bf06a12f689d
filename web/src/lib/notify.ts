// Toasts: short messages that disappear. The component that shows them is loaded with the first one.
export interface Notice {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

type Listener = (notice: Notice) => void;

let listener: Listener | null = null;
let waiting: Notice[] = [];
let wanted: (() => void) | null = null;
let last = 0;

export function notify(text: string, kind: Notice['kind'] = 'done'): void {
  const notice = { id: ++last, kind, text };
  if (listener) {
    listener(notice);
  } else {
    waiting.push(notice);
    wanted?.();
  }
}

/** Calls `wake` when there is a toast but no component to show it. */
export function onFirstNotice(wake: () => void): () => void {
  wanted = wake;
  if (waiting.length > 0) wake();
  return () => {
    wanted = null;
  };
}

export function listenForNotices(to: Listener): () => void {
  listener = to;
  for (const notice of waiting) to(notice);
  waiting = [];
  return () => {
    listener = null;
  };
}
