import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { linguiMacros } from './scripts/lingui-macros.js';

// For `npm run dev` beside a running platform, whose URL is in PLATFORM.
const platform = process.env.PLATFORM ?? 'http://127.0.0.1:3000';

const proxy = { '/api': { target: platform, changeOrigin: true } };

/**
 * The pages that functions make of this server's own index.html. They fetch it from the platform's web origin, so this works only if
 * that is this server, as with `make dev`.
 */
const pages = {
  '^/((videos|series)/|(robots\\.txt|sitemap\\.xml)$)': {
    target: platform,
    changeOrigin: true,
    // The platform's policy would block the scripts that Vite adds to a page.
    configure: (server) => server.on('proxyRes', (answer) => delete answer.headers['content-security-policy']),
  },
};

export default defineConfig({
  plugins: [linguiMacros(), lingui({ failOnCompileError: true }), react()],
  resolve: {
    alias: [{ find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) }],
  },
  server: { proxy: { ...proxy, ...(process.env.IS_WEB_ORIGIN ? pages : {}) } },
  preview: { proxy },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    // The content security policy allows fonts and styles only from the origin, so nothing becomes a data URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The budget script reads the chunks of each route from it.
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files for what every first route needs: many small ones compress worse, and each is a round trip.
          groups: [
            { name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|regexparam|@tanstack|openapi-fetch|@lingui)\// },
            {
              name: 'first',
              test: /src\/(lib\/(age-limit|api|choosing|errors\/(answer|api-error|explain\.ts)|format|i18n|notify|offline\/forget|page-title|query-client|return-to|router\/|session|stored|theme|use-online|wanted|queries\/(max-age|use-(categories|me|plans|subscription|video))\.ts)|app\/(shell|header|guards|language-menu|missing-file|router|route-error|start-page)|components\/(badge|button|classes|icon|logo|notice|notices|poster|segments|shelf|skeleton|video-card)|features\/videos\/(cards|use-home|use-videos))/,
            },
            { name: 'hero', test: /src\/features\/videos\/(hero|next-step|resume\.ts)/ },
          ],
        },
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'], setupFiles: ['scripts/test-language.ts'] },
});
