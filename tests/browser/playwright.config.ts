import { defineConfig } from '@playwright/test';
import type { PlatformOptions } from './support/test.ts';

export default defineConfig<object, PlatformOptions>({
  testMatch: '*.test.ts',
  globalSetup: './support/draw-films.ts',
  outputDir: 'output/failures',
  // Each worker has a platform of its own, with its clock; the tests of a file share it, each with accounts of its own.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // Another attempt tells a race from a fault. The summary names each test that needed one, because that is a bug to look for.
  retries: 2,
  // Two cores run two platforms, two browsers and ffmpeg. Only what hangs comes near these.
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
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    screenshot: 'only-on-failure',
    // A trace of every test takes a quarter of the time of all of them: TRACE=1 asks for it.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
  },
});
