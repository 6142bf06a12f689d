import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endSessionOf } from './api';

const sent: Request[] = [];
let answers: (number | 'cut')[] = [];

beforeEach(() => {
  sent.length = 0;
  vi.useFakeTimers();
  // In a page a path is enough. Here it needs an origin.
  const Whole = Request;
  vi.stubGlobal(
    'Request',
    class extends Whole {
      constructor(input: Request | string, init?: RequestInit) {
        super(typeof input === 'string' ? new URL(input, 'http://app.test') : input, init);
      }
    },
  );
  vi.stubGlobal('fetch', (request: Request) => {
    sent.push(request);
    const answer = answers.shift() ?? 200;
    return answer === 'cut' ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(new Response('{}', { status: answer }));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  ['what is answered is sent once', [200], 1],
  ['a session that is over already stays over', [401], 1],
  ['what fails in passing is sent again', [503, 'cut', 200], 3],
  ['a service that stays away is left alone in the end', [503, 503, 503, 503, 503], 4],
] as const)('ending a session: %s', async (_, given, times) => {
  answers = [...given];
  const ended = endSessionOf('a-token');
  await vi.runAllTimersAsync();
  await ended;
  expect(sent).toHaveLength(times);
  expect(sent.map(({ method, keepalive, headers }) => [method, keepalive, headers.get('authorization')])).toEqual(
    Array.from({ length: times }, () => ['POST', true, 'Bearer a-token']),
  );
});
