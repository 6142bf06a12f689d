import { useRef, useState } from 'react';

/** An action of a button, at most one at a time, with its state and error. */
export function useAct<Args extends unknown[]>(act: (...args: Args) => Promise<unknown>) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  // The state above would be a render too late for a double click.
  const isUnderWay = useRef(false);

  const run = async (...args: Args): Promise<boolean> => {
    if (isUnderWay.current) return false;
    isUnderWay.current = true;
    setIsBusy(true);
    setError(null);
    try {
      await act(...args);
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      isUnderWay.current = false;
      setIsBusy(false);
    }
  };

  return { run, isBusy, error, reset: () => setError(null) };
}
