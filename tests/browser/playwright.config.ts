import { defineConfig } from '@playwright/test';
import type { PlatformOptions } from './support/test.ts';

export default defineConfig<object, PlatformOptions>({
  testMatch: '*.test.ts',
  globalSetup: './support/draw-films.ts',
  outputDir: 'output/failures',
  // Each worker has its own platform and clock. Its tests share them, but use separate accounts.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // Another attempt distinguishes a race from a constant failure. The summary names each test that needed one, because a race is a bug.
  retries: 2,
  // Two cores run two platforms, two browsers and ffmpeg. Only a test that hangs takes this long.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['./support/summary.ts']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    colorScheme: 'dark',
    timezoneId: 'UTC',
    // A worker's requests would go past the faults that tests inject. Tests of the worker itself allow it.
    serviceWorkers: 'block',
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    screenshot: 'only-on-failure',
    // Traces take a quarter of the whole run's time, so they need TRACE=1.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
  },
});
