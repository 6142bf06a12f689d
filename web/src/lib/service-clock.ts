// The service's time, because a device's clock may be wrong by hours.
let ahead = 0;

/** Takes the service's time from a response, unless it may come from a cache. */
export function noteServiceTime({ headers }: Response): void {
  const date = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(date) && headers.get('cache-control')?.includes('no-store')) ahead = date - Date.now();
}

/** The service's time in milliseconds since 1970. */
export function serviceNow(): number {
  return Date.now() + ahead;
}
