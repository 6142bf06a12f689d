import { t } from '@lingui/core/macro';
/** What to call a device that gave no name of its own but only what browsers say of themselves. */
export function deviceName(name: string): string {
  if (!/^(Mozilla|Opera)\//.test(name)) return name || t`Unknown device`;
  const browser = BROWSERS.find(([pattern]) => pattern.test(name))?.[1] ?? t`Unknown browser`;
  const system = SYSTEMS.find(([pattern]) => pattern.test(name))?.[1];
  return system ? t`${browser} on ${system}` : browser;
}

// In this order: they all claim to be each other.
const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Chrome\/|Chromium\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux'],
];
