/** What this television is called in the list of devices: the name of its platform, which is a product's in every language. */
const NAMES: [RegExp, string][] = [
  [/Tizen/, 'Samsung TV'],
  [/Web0S|webOS/, 'LG TV'],
  [/\bAFT|Fire TV/, 'Fire TV'],
  [/CrKey/, 'Chromecast'],
  [/Android/, 'Android TV'],
];

export function ownName(agent = navigator.userAgent): string {
  return NAMES.find(([pattern]) => pattern.test(agent))?.[1] ?? 'TV';
}
