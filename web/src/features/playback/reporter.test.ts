import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/lib/errors/api-error';
import type { Report } from './progress';
import { Reporter } from './reporter';

const at = (progress: number, completed?: boolean): Report => ({
  progress,
  duration: 30,
  client_time: `t${progress}`,
  ...(completed && { completed }),
});
const away = () => Promise.reject(new ApiError('UNAVAILABLE', ''));

function reporter(send: (report: Report) => Promise<void>) {
  const on = { send: vi.fn(send), onRefused: vi.fn(), onKept: vi.fn() };
  return { on, reporter: new Reporter(on), sent: () => on.send.mock.calls.map(([{ progress }]) => progress) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Reporter', () => {
  it('retries a failed report with growing pauses', async () => {
    let isAway = true;
    const { on, reporter: one, sent } = reporter(() => (isAway ? away() : Promise.resolve()));
    one.tell(at(5));
    await vi.advanceTimersByTimeAsync(900);
    expect(sent()).toEqual([5]);
    await vi.advanceTimersByTimeAsync(200);
    expect(sent()).toEqual([5, 5]);
    isAway = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent(), 'not before two more seconds').toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual([5, 5, 5]);
    expect(on.onKept).toHaveBeenLastCalledWith(true);
  });

  it('sends only the latest position, and keeps a completion', async () => {
    let isAway = true;
    const { on, reporter: one } = reporter(() => (isAway ? away() : Promise.resolve()));
    one.tell(at(30, true));
    await vi.advanceTimersByTimeAsync(100);
    one.tell(at(2));
    one.tell(at(3));
    expect(on.send).toHaveBeenCalledTimes(1);
    isAway = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(on.send).toHaveBeenCalledTimes(2);
    expect(on.send).toHaveBeenLastCalledWith({ ...at(3), completed: true });
  });

  it('reports that the position is not saved, keeps retrying, and retries at once on request', async () => {
    const { on, reporter: one } = reporter(away);
    one.tell(at(5));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(on.onKept).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(on.onKept).toHaveBeenCalledWith(false);
    const before = on.send.mock.calls.length;
    one.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(on.send).toHaveBeenCalledTimes(before + 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(on.send.mock.calls.length).toBeGreaterThan(before + 5);
  });

  it('does not retry a refused report', async () => {
    const refusal = new ApiError('STREAM_LIMIT_REACHED', '');
    const { on, reporter: one } = reporter(() => Promise.reject(refusal));
    one.tell(at(5));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(on.send).toHaveBeenCalledTimes(1);
    expect(on.onRefused).toHaveBeenCalledWith(refusal);
  });

  it('sends one report at a time, and none once it is closed', async () => {
    let arrive = (): void => undefined;
    const { on, reporter: one } = reporter(() => new Promise<void>((resolve) => (arrive = resolve)));
    one.tell(at(1));
    one.tell(at(2));
    expect(on.send).toHaveBeenCalledTimes(1);
    arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(on.send).toHaveBeenCalledTimes(2);
    one.tell(at(3));
    one.close();
    arrive();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(on.send).toHaveBeenCalledTimes(2);
    expect(on.onKept).toHaveBeenCalledTimes(1);
  });
});
