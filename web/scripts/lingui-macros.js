// Compiles Lingui's macros for Vite and leaves TypeScript and JSX to Vite's own transformer. Production builds drop the English
// text, which is in the catalogues.
import { transformAsync } from '@babel/core';
import macros from '@lingui/babel-plugin-lingui-macro';

export function linguiMacros() {
  return {
    name: 'lingui-macros',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.tsx?$/, code: /@lingui\/(core|react)\/macro/ },
      async handler(code, id) {
        const filename = id.split('?')[0];
        const plugins = filename.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'];
        const result = await transformAsync(code, {
          filename,
          plugins: [macros],
          parserOpts: { plugins },
          babelrc: false,
          configFile: false,
          sourceMaps: true,
        });
        return { code: result.code, map: result.map };
      },
    },
  };
}
