// The local platform as a child process on free ports, controlled through its console.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LOCAL = `${process.env.CARGO_TARGET_DIR ?? `${ROOT}/target`}/debug/local`;
/** The ports of the app with its API, Stripe, Mux, AWS and the console, in this order. */
const PORTS = 5;
const START_SECONDS_MAX = 120;

export const PASSWORD = 'a long enough phrase';

/** A person with an account and a session. */
export interface Person {
  email: string;
  token: string;
}

export interface Video {
  id: string;
  title: string;
  category: string;
  required_plan: string;
  duration: number;
  series_id?: string;
  season?: number;
  episode?: number;
}

export class Platform {
  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
  ) {}

  static async start(settings: Record<string, string> = {}, within_seconds = START_SECONDS_MAX): Promise<Platform> {
    const port = await freePorts();
    const env = {
      ...process.env,
      // All test accounts come from one IP address.
      LimitAddressRequests: '1000000',
      LimitCatalogueRequests: '1000000',
      LimitSignInPair: '1000',
      LimitSignInAccount: '1000',
      // Without three months of history. The tests create what they need.
      SEED: 'demo',
      ...settings,
      PORT: String(port),
      DATA_DIR: ':memory:',
    };
    const child = spawn(LOCAL, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    // In case this process ends before it stops its fixtures.
    process.once('exit', () => child.kill('SIGTERM'));
    const platform = new Platform(child, port);
    await ready(child, within_seconds);
    return platform;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The origins that the web app may contact. */
  get origins(): string[] {
    return [0, 1, 2].map((offset) => `http://127.0.0.1:${this.port + offset}`);
  }

  /** Advances the platform's clock. Everything that is due in that time happens. */
  async advance(time: { minutes?: number; hours?: number; days?: number }): Promise<void> {
    await this.console('POST', '/clock', {
      advance_seconds: 60 * (time.minutes ?? 0) + 3600 * (time.hours ?? 0) + 86_400 * (time.days ?? 0),
    });
  }

  async now(): Promise<Date> {
    const { now } = (await this.console('GET', '/clock')) as { now: string };
    return new Date(now);
  }

  /** Sets the outcome of a person's next charges. */
  async cards(person: Person, outcome: 'succeed' | 'decline' | 'require_3ds'): Promise<void> {
    await this.console('POST', '/stripe/cards', { email: person.email, outcome });
  }

  async fault(fault: { target: string; kind: string; count: number; table?: string; operation?: string }): Promise<void> {
    await this.console('POST', '/faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.console('DELETE', '/faults');
  }

  async webhooks(provider: 'stripe' | 'mux', mode: 'normal' | 'hold' | 'drop'): Promise<void> {
    await this.console('POST', '/webhooks/mode', { provider, mode });
    if (mode === 'normal') await this.console('POST', '/webhooks/release', {});
  }

  async mailTo(email: string): Promise<{ subject: string; text: string }[]> {
    const { messages } = (await this.console('GET', `/mail?to=${encodeURIComponent(email)}`)) as {
      messages: { subject: string; text: string }[];
    };
    return messages;
  }

  async console(method: string, path: string, body?: object): Promise<unknown> {
    return json(`http://127.0.0.1:${this.port + 4}${path}`, method, body);
  }

  /** Calls the API and returns `data` from the response. Throws for an error status. */
  async api<T>(method: string, path: string, person: Person | null, body?: object): Promise<T> {
    const { data } = (await json(this.origin + path, method, body, person?.token)) as { data: T };
    return data;
  }

  /** A fresh account. */
  async register(name = 'Ada'): Promise<Person> {
    const email = `viewer-${process.pid}-${Date.now()}-${randomInt(1e9)}@example.com`;
    const { token } = await this.api<{ token: string }>('POST', '/api/auth/register', null, { email, password: PASSWORD, name });
    return { email, token };
  }

  /** Signs in to an account from another device. */
  async signIn(email: string, password = PASSWORD, device_name = 'A television'): Promise<Person> {
    const { token } = await this.api<{ token: string }>('POST', '/api/auth/login', null, { email, password, device_name });
    return { email, token };
  }

  admin(): Promise<Person> {
    return this.signIn('admin@marquee.test', 'marquee-demo');
  }

  /** A fresh account with a plan, paid on the checkout page. */
  async subscriber(plan_type: 'basic' | 'premium', interval: 'month' | 'year' = 'month'): Promise<Person> {
    const person = await this.register();
    const { checkout_url, session_id } = await this.api<{ checkout_url: string; session_id: string }>(
      'POST',
      '/api/subscription/checkout',
      person,
      { plan_type, interval },
    );
    const paid = await fetch(checkout_url, { method: 'POST', body: new URLSearchParams({ card: '4242424242424242' }), redirect: 'manual' });
    if (paid.status !== 303) throw new Error(`the checkout page answered ${paid.status}`);
    const { access } = await this.api<{ access: { allowed: boolean } }>('GET', `/api/subscription?session_id=${session_id}`, person);
    if (!access.allowed) throw new Error('a paid subscription gives no access');
    return person;
  }

  /** The first film of the catalogue, by title, that requires a plan. It is no episode, because lists show a series as one card. */
  async video(required_plan: 'free' | 'basic' | 'premium'): Promise<Video> {
    const videos = await this.api<Video[]>('GET', `/api/videos?required_plan=${required_plan}&sort=title&limit=100`, null);
    const film = videos.find(({ series_id }) => !series_id);
    if (!film) throw new Error(`no ${required_plan} film`);
    return film;
  }
}

async function json(url: string, method: string, body?: object, token?: string): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (body) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

function ready(child: ChildProcess, within_seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the platform is not ready after ${within_seconds} s:\n${said}`));
    }, within_seconds * 1000);
    // The log is read even after the start and then discarded, because a full pipe would block the platform.
    const hear = (chunk: Buffer) => {
      if (said === 'ready') return;
      said += chunk.toString();
      if (!said.includes('Marquee is ready at')) return;
      said = 'ready';
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the platform ended with ${code}:\n${said}`));
    });
  });
}

/** The first of `PORTS` consecutive free ports, below the range that the system uses for outgoing connections. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 11_000 + PORTS * randomInt(4000);
    const free = await Promise.all(Array.from({ length: PORTS }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
