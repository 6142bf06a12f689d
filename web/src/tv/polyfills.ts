// What the shared code uses and the browsers of older televisions lack.
const signals = AbortSignal as unknown as {
  timeout?: (milliseconds: number) => AbortSignal;
  any?: (signals: AbortSignal[]) => AbortSignal;
};

signals.timeout ??= (milliseconds) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException(undefined, 'TimeoutError')), milliseconds);
  return controller.signal;
};

signals.any ??= (all) => {
  const controller = new AbortController();
  for (const signal of all) {
    const stop = () => controller.abort(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  }
  return controller.signal;
};

export {};
