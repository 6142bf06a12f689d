/** A text that this browser keeps in `localStorage`, the same in all tabs. Without storage it lasts as long as the page. */
export interface Stored {
  get: () => string | null;
  set: (text: string | null) => void;
  subscribe: (listener: () => void) => () => void;
}

export function storedText(key: string): Stored {
  const listeners = new Set<() => void>();
  const read = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  let held = read();
  const replace = (text: string | null) => {
    held = text;
    for (const listener of listeners) listener();
  };
  if (typeof window !== 'undefined') {
    window.addEventListener('storage', (event) => {
      if (event.key === key || event.key === null) replace(read());
    });
  }
  return {
    get: () => held,
    set: (text) => {
      if (text === held) return;
      try {
        if (text === null) localStorage.removeItem(key);
        else localStorage.setItem(key, text);
      } catch {
        // It is held below.
      }
      replace(text);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
