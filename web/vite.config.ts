import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { linguiMacros } from './scripts/lingui-macros.js';

// `npm run dev` beside a running platform: PLATFORM names where it is.
const platform = process.env.PLATFORM ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [linguiMacros(), lingui({ failOnCompileError: true }), react()],
  resolve: {
    alias: [
      { find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) },
      // The router's package leads to its development build, with warnings for who writes routes, whatever is asked of it.
      {
        find: /^react-router$/,
        replacement: fileURLToPath(new URL('./node_modules/react-router/dist/production/index.mjs', import.meta.url)),
      },
      {
        find: /^react-router\/dom$/,
        replacement: fileURLToPath(new URL('./node_modules/react-router/dist/production/dom-export.mjs', import.meta.url)),
      },
    ],
  },
  server: { proxy: { '/api': { target: platform, changeOrigin: true } } },
  preview: { proxy: { '/api': { target: platform, changeOrigin: true } } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    // The content security policy lets fonts and styles come from the origin only, so nothing becomes a data URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The budget reads from it which chunks a route loads.
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every first route needs in few files: many small ones pack worse, and each is a round trip.
          groups: [
            { name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|openapi-fetch|@lingui)\// },
            {
              name: 'first',
              test: /src\/(lib\/(api|errors\/(answer|api-error|explain\.ts)|format|i18n|notify|page-title|query-client|return-to|session|theme|use-near|use-online|wanted|queries\/use-(categories|me|plans|subscription|video)\.ts)|app\/(shell|header|guards|language-menu|router|route-error|start-page)|components\/(badge|button|classes|icon|logo|notice|notices|poster|segments|shelf|skeleton|video-card)|features\/videos\/(use-videos|video-shelf))/,
            },
            { name: 'hero', test: /src\/features\/videos\/(hero|next-step|resume\.ts)/ },
          ],
        },
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'], setupFiles: ['scripts/test-language.ts'] },
});
