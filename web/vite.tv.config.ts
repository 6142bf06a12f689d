// The television's app: a page and a bundle of its own, because it has a budget of its own and runs in older browsers.
import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import { defineConfig } from 'vite';
import { linguiMacros } from './scripts/lingui-macros.js';

const platform = process.env.PLATFORM ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [linguiMacros(), lingui({ failOnCompileError: true })],
  resolve: {
    alias: [
      { find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) },
      // A tenth of the size, for weak processors. The components only use what both have.
      { find: 'react/jsx-runtime', replacement: 'preact/jsx-runtime' },
      { find: 'react-dom/client', replacement: 'preact/compat/client' },
      { find: /^react-dom$/, replacement: 'preact/compat' },
      { find: /^react$/, replacement: 'preact/compat' },
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  server: { proxy: { '/api': { target: platform, changeOrigin: true } } },
  build: {
    // The browsers of televisions since 2021: Tizen 6, webOS 6. `public/tv-check.js` names the same.
    target: 'chrome79',
    cssTarget: 'chrome79',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Beside the web app's build.
    emptyOutDir: false,
    copyPublicDir: false,
    manifest: 'manifest.tv.json',
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      input: 'tv.html',
      // Directives for servers that render React, which have no meaning here.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
});
