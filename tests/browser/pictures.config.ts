import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

/** `make pictures` draws the pictures of the README with it. */
export default defineConfig(tests, { testMatch: '*.pictures.ts', retries: 0 });
