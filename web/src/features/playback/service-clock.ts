/**
 * The service's time, as far as this device can tell. The device's clock may be wrong by hours and may be set while a film plays.
 * It is corrected by the `Date` of the service's responses, and never stops or goes back.
 */
export class ServiceClock {
  private offset = 0;
  private last = 0;

  /** Takes the `Date` of a response. */
  hear(date: string | null, now = Date.now()): void {
    const told = date === null ? NaN : Date.parse(date);
    if (!Number.isNaN(told)) this.offset = told - now;
  }

  now(now = Date.now()): string {
    this.last = Math.max(this.last + 1, now + this.offset);
    return new Date(this.last).toISOString();
  }
}

export const serviceClock = new ServiceClock();
