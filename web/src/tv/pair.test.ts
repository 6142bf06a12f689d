import { expect, test } from 'vitest';
import { ApiError } from '@/lib/errors/api-error';
import type { ErrorCode } from '@/lib/errors/api-error';
import type { SignIn } from '@/lib/models';
import { pair } from './pair';
import type { Codes, Pairing } from './pair';

const CODES: Codes = {
  device_code: 'secret',
  user_code: 'BCDFGHJK',
  verification_uri: '/link',
  verification_uri_complete: '/link?code=BCDFGHJK',
  expires_in: 600,
  interval: 5,
};
const SIGNED_IN = { token: 'token' } as SignIn;

/** Pairs with a service that gives these answers, the last one forever. Returns the times of the polls and what was shown. */
async function run(answers: (ErrorCode | 'yes')[], starts: (ErrorCode | 'yes')[] = ['yes']) {
  let [time, asked, started] = [0, 0, 0];
  const polls: number[] = [];
  const shown: Pairing[] = [];
  const answer = (list: (ErrorCode | 'yes')[], index: number) => {
    const said = list[Math.min(index, list.length - 1)] ?? 'yes';
    if (said !== 'yes') throw new ApiError(said, '');
  };
  const means = {
    start: () => Promise.resolve().then(() => (answer(starts, started++), CODES)),
    poll: () => Promise.resolve().then(() => (polls.push(time), answer(answers, asked++), SIGNED_IN)),
    sleep: (seconds: number) => Promise.resolve().then(() => void (time += seconds)),
    now: () => time,
  };
  const result = await pair(means, (pairing) => shown.push(pairing));
  return { result, polls, shown, started };
}

test('it polls at the interval and signs in when the code is approved', async () => {
  const { result, polls } = await run(['AUTHORIZATION_PENDING', 'AUTHORIZATION_PENDING', 'yes']);
  expect(result).toBe(SIGNED_IN);
  expect(polls).toEqual([5, 10, 15]);
});

test('it slows down for good when it is told to', async () => {
  const { polls } = await run(['SLOW_DOWN', 'AUTHORIZATION_PENDING', 'SLOW_DOWN', 'AUTHORIZATION_PENDING', 'yes']);
  expect(polls).toEqual([5, 15, 25, 40, 55]);
});

test('a network drop is shown, and the same code goes on afterwards', async () => {
  const { result, shown, started } = await run(['AUTHORIZATION_PENDING', 'UNREACHABLE', 'UNREACHABLE', 'AUTHORIZATION_PENDING', 'yes']);
  expect(result).toBe(SIGNED_IN);
  expect(started).toBe(1);
  expect(shown.map((pairing) => 'isOffline' in pairing && pairing.isOffline)).toEqual([false, false, false, true, true, false]);
});

test('a service that cannot be reached is asked again', async () => {
  const { result, shown } = await run(['yes'], ['UNREACHABLE', 'RATE_LIMITED', 'yes']);
  expect(result).toBe(SIGNED_IN);
  expect(shown.slice(0, 3)).toEqual([false, true, true].map((isOffline) => ({ name: 'starting', isOffline })));
});

test('an expired code is replaced, but not forever', async () => {
  const { result, shown, started } = await run(['EXPIRED_TOKEN']);
  expect(result).toBeNull();
  expect(started).toBe(6);
  expect(shown.at(-1)).toEqual({ name: 'idle' });
  expect((await run(['EXPIRED_TOKEN', 'yes'])).result).toBe(SIGNED_IN);
});

test('a code is not used for longer than it is valid, even if the service never says so', async () => {
  const { polls, started } = await run(['AUTHORIZATION_PENDING']);
  expect(started).toBe(6);
  expect(polls.filter((time) => time < 600)).toHaveLength(119);
});

test('a refusal ends it', async () => {
  const { result, shown, polls } = await run(['AUTHORIZATION_PENDING', 'ACCESS_DENIED']);
  expect(result).toBeNull();
  expect(polls).toHaveLength(2);
  expect(shown.at(-1)).toEqual({ name: 'refused' });
});
