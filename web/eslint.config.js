import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import a11y from 'eslint-plugin-jsx-a11y';
import lingui from 'eslint-plugin-lingui';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

// Features do not import each other. What two of them need lives in lib/ or components/, and app/ combines them.
const features = readdirSync(new URL('./src/features', import.meta.url));
const rooms = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['@/app/**'], message: 'Features do not import the app.' },
          {
            group: features.filter((other) => other !== feature).map((other) => `@/features/${other}/**`),
            message: 'Features do not import each other: move what both need to lib/ or components/.',
          },
          { group: ['../../*'], message: 'Import from other folders with @/ only.' },
        ].filter(({ group }) => group.length > 0),
      },
    ],
  },
}));

// All texts are in the message catalogues. The strings in these files are not texts: outlines of icons, names of products and of keys, and keys
// of the player's own texts.
const WITHOUT_TEXTS = [
  'src/components/{icon.tsx,more-icons.ts}',
  'src/features/playback/player-language.ts',
  'src/lib/{api.generated,brand,device-name}.ts',
  'src/tv/{keys,own-name}.ts',
];

const UNLOCALIZED = {
  useTsTypes: true,
  // Names in code: a lower-case word, a word in capitals or in CamelCase, a path, a media query, a header.
  ignore: ['^(?![A-Z])\\S*$', '^[A-Z0-9_-]+$', '^[^A-Za-z]*$', '^[A-Z][a-z]+[A-Z]\\w*$', '^[/(]', '^(Bearer|bytes)\\b'],
  ignoreNames: [
    { regex: { pattern: 'class(es|Name)$', flags: 'i' } },
    { regex: { pattern: '^[A-Z0-9_]+_(KEY|PATTERN)$' } },
    'd',
    'key',
    'rel',
    'sizes',
    'style',
    'viewBox',
  ],
  ignoreFunctions: [
    '*Error',
    'Error',
    'ascii',
    'classes',
    'console.*',
    '*.addEventListener',
    '*.removeEventListener',
    '*.dispatchEvent',
    '*.querySelector*',
    '*.closest',
    '*.matches',
    '*.includes',
    '*.startsWith',
    '*.headers.set',
    'headers.set',
    'matchMedia',
    'window.matchMedia',
  ],
  ignoreMethodsOnTypes: ['Headers.set', 'Headers.get', 'Map.get', 'Set.has', 'URLSearchParams.get'],
};

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/lib/api.generated.ts', 'public'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.ts', ...WITHOUT_TEXTS],
    extends: [lingui.configs['flat/recommended']],
    rules: { 'lingui/no-unlocalized-strings': ['error', UNLOCALIZED] },
  },
  { files: ['src/**/*.tsx'], extends: [a11y.flatConfigs.strict] },
  {
    files: ['src/lib/**', 'src/components/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@/features/**', '@/app/**'] }] },
  },
  { files: ['scripts/**', '*.js', '*.ts'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
  ...rooms,
);
