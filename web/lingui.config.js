import { readFileSync } from 'node:fs';
import { formatter } from '@lingui/format-po';

const languages = JSON.parse(readFileSync(new URL('./src/lib/i18n/languages.json', import.meta.url), 'utf8'));

/** The texts of the first pages, and the errors of every page. */
const FIRST = [
  'src/app/{account-menu,forbidden-page,guards,header,language-menu,route-error,router,shell,start-page}.tsx',
  'src/components/{badge,button,logo,notice,notices,poster,segments,shelf,skeleton,toaster,video-card}.tsx',
  'src/features/videos/{cards,from-price,hero,home-page,landing-page,next-step,resume,video-shelf}.{ts,tsx}',
  'src/lib/errors/explain.ts',
  'src/lib/{brand,format,nouns,page-title,query-client,return-to}.ts',
];

/** The operators' pages, and what only they use. */
const ADMIN = [
  'src/app/{admin-routes,admin-shell,confirm-password,lost-room,require-admin}.tsx',
  'src/components/{bar,changes,columns,copied,date-field,day-filter,endless-table,file-field,page-head,panel,row-link}.tsx',
  'src/components/{suggest-field,tab-links,table}.tsx',
  'src/features/{audit,billing,members,metrics}/**/*.{ts,tsx}',
  'src/features/videos/{all-series-page,all-videos-page,captions-panel,drop-zone,edit-video-page,new-file,new-video-page,publish-panel}.{ts,tsx}',
  'src/features/videos/{quality-field,resumed-upload,schedule-dialog,sound,upload-panel,uploads-under-way,uploads}.{ts,tsx}',
  'src/features/videos/{facts-fields,import-again,poster-panel,spoken-language,trailer-panel,use-import-video}.{ts,tsx}',
  'src/features/videos/{video-file-journey,video-file,video-form,video-state}.{ts,tsx}',
  'src/lib/{differences,fields,figures}.ts',
];

/** The television's app, and what it shares with the web app. */
const TV = [
  'src/tv/**/*.{ts,tsx}',
  'src/features/videos/cards.ts',
  'src/features/profiles/pin.ts',
  'src/lib/{device-name,format,nouns}.ts',
  'src/lib/errors/{explain,explanations}.ts',
];

const TESTS = 'src/**/*.test.ts';

export default {
  sourceLocale: 'en',
  locales: Object.keys({ ...languages.offered, ...languages.in_translation }),
  // Messages without a translation are shown in English.
  fallbackLocales: { default: 'en' },
  // Each catalogue of a language is a separate file, loaded with the pages that need it: src/lib/i18n/catalogues.ts.
  catalogs: [
    { path: 'src/locales/{locale}/first', include: FIRST },
    { path: 'src/locales/{locale}/viewer', include: ['src/**/*.{ts,tsx}'], exclude: [...FIRST, ...ADMIN, 'src/tv/**', TESTS] },
    { path: 'src/locales/{locale}/admin', include: ADMIN, exclude: [TESTS] },
    { path: 'src/tv/locales/{locale}', include: TV, exclude: [TESTS] },
  ],
  // Line numbers would change a catalogue with every edit of a source.
  format: formatter({ lineNumbers: false }),
};
