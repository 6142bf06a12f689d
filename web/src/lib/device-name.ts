import { t } from '@lingui/core/macro';

/** What the service calls a device that has no name. */
const UNNAMED = 'Unknown device';

/** The name of a device, derived from its user agent if it has no other. */
export function deviceName(name: string): string {
  if (!/^(Mozilla|Opera)\//.test(name)) return name === '' || name === UNNAMED ? t`Unknown device` : name;
  const browser = BROWSERS.find(([pattern]) => pattern.test(name))?.[1] ?? t`Unknown browser`;
  const system = SYSTEMS.find(([pattern]) => pattern.test(name))?.[1];
  return system ? t`${browser} on ${system}` : browser;
}

// The order matters, because browsers name each other in their user agents.
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
