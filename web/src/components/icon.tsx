// Line icons on a grid of 24, drawn for this app. These may appear on a first page. The others are in more-icons.ts.
const PATHS = {
  play: 'M8 5.2v13.6a.6.6 0 0 0 .92.5l10.4-6.8a.6.6 0 0 0 0-1L8.920 4.700A.6.6 0 0 0 8 5.200z',
  info: 'M12 11v5.500M12 7.600v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  search: 'm20 20-4.400-4.400M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  back: 'm14.500 5-7 7 7 7',
  next: 'm9.500 5 7 7-7 7',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20a7.500 7.500 0 0 1 15 0',
  card: 'M3.500 6h17v12h-17zM3.500 10h17M7 14.500h3',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  alert: 'M12 4 2.800 19.500h18.400zM12 10v4.500M12 17v.01',
  offline:
    'M3 3l18 18M8.500 16.200a5 5 0 0 1 7 0M5 12.500a10 10 0 0 1 4.500-2.600M19 12.500a10 10 0 0 0-5-2.700M2 9a15 15 0 0 1 4.500-2.800M22 9A15 15 0 0 0 11 5.100M12 19.500v.01',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.700h4M4 14.300h4M16 9.700h4M16 14.300h4',
  restart: 'M4.500 12a7.500 7.500 0 1 0 2.500-5.600M7 3v4h4',
} as const;

/** The outline of an icon that is loaded with the page that shows it. */
export interface Drawing {
  path: string;
}

export type IconName = keyof typeof PATHS | Drawing;

/** Hidden from screen readers, which read the text beside it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const isFilled = name === 'play';
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill={isFilled ? 'currentColor' : 'none'}
      stroke={isFilled ? 'none' : 'currentColor'}
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={typeof name === 'string' ? PATHS[name] : name.path} />
    </svg>
  );
}
