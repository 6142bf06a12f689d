import { hasCode } from '@/lib/errors/api-error';
import { TRIES_MAX, costOf, pauseAfter } from './retry-policy';
import type { Report } from './progress';

interface ReporterEvents {
  /** Sends a report. Throws if that fails. */
  send: (report: Report) => Promise<void>;
  /** The service refused the report, and a retry would be refused too. */
  onRefused: (error: unknown) => void;
  /** Whether the position is being saved, as far as is known. */
  onKept: (isKept: boolean) => void;
}

/** Sends positions: one report at a time, only the latest, and with growing pauses until it succeeds. */
export class Reporter {
  private waiting: Report | null = null;
  private isSending = false;
  private isClosed = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly on: ReporterEvents) {}

  tell(report: Report): void {
    this.keep(report);
    if (this.timer === undefined) void this.flush();
  }

  /** Sends at once, without waiting for the next retry. */
  retry(): void {
    this.stopWaiting();
    void this.flush();
  }

  close(): void {
    this.isClosed = true;
    this.stopWaiting();
  }

  private async flush(): Promise<void> {
    const report = this.waiting;
    if (this.isSending || this.isClosed || report === null) return;
    this.waiting = null;
    this.isSending = true;
    try {
      await this.on.send(report);
      this.arrived();
    } catch (error) {
      this.failed(report, error);
    } finally {
      this.isSending = false;
    }
    if (this.timer === undefined) void this.flush();
  }

  private arrived(): void {
    this.tries = 0;
    if (!this.isClosed) this.on.onKept(true);
  }

  private failed(report: Report, error: unknown): void {
    if (this.isClosed) return;
    const cost = costOf(error) ?? (hasCode(error, 'RATE_LIMITED') ? 1 : null);
    if (cost === null) {
      this.on.onRefused(error);
      return;
    }
    this.keep(this.waiting ?? report, report.completed);
    this.tries += cost;
    if (this.tries > TRIES_MAX) this.on.onKept(false);
    this.timer = setTimeout(() => this.retry(), pauseAfter(error, this.tries));
  }

  /** A later report keeps the completion of an earlier one. */
  private keep(report: Report, completed = this.waiting?.completed): void {
    this.waiting = completed ? { ...report, completed } : report;
  }

  private stopWaiting(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
