// The service's time: a device's own clock may be wrong by hours.
let ahead = 0;

/** Notes what time it is for the service. An answer that may come from a cache says nothing of that. */
export function noteServiceTime({ headers }: Response): void {
  const date = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(date) && headers.get('cache-control')?.includes('no-store')) ahead = date - Date.now();
}

/** Milliseconds since 1970, as the service counts them. */
export function serviceNow(): number {
  return Date.now() + ahead;
}
