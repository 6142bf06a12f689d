/** Lets something happen at most `count` times in `milliseconds`, so that what fails again and again comes to an end. */
export class Pace {
  private times: number[] = [];

  constructor(
    private readonly count: number,
    private readonly milliseconds: number,
  ) {}

  allows(now = Date.now()): boolean {
    this.times = this.times.filter((time) => now - time < this.milliseconds);
    if (this.times.length >= this.count) return false;
    this.times.push(now);
    return true;
  }
}
