// Line icons on a grid of 24, drawn for this app.
const PATHS = {
  play: 'M8 5.2v13.6a.6.6 0 0 0 .92.5l10.4-6.8a.6.6 0 0 0 0-1L8.920 4.700A.6.6 0 0 0 8 5.200z',
  info: 'M12 11v5.500M12 7.600v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  search: 'm20 20-4.400-4.400M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  back: 'm14.500 5-7 7 7 7',
  next: 'm9.500 5 7 7-7 7',
  down: 'm6 9.500 6 6 6-6',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20a7.500 7.500 0 0 1 15 0',
  menu: 'M4 7h16M4 12h16M4 17h16',
  device: 'M4 5h16v11H4zM9 20h6M12 16v4',
  phone: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2',
  card: 'M3.500 6h17v12h-17zM3.500 10h17M7 14.500h3',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  alert: 'M12 4 2.800 19.500h18.400zM12 10v4.500M12 17v.01',
  offline: 'M3 3l18 18M8.500 16.200a5 5 0 0 1 7 0M5 12.500a10 10 0 0 1 4.500-2.600M19 12.500a10 10 0 0 0-5-2.700M2 9a15 15 0 0 1 4.500-2.800M22 9A15 15 0 0 0 11 5.100M12 19.500v.01',
  external: 'M14 5h5v5M19 5l-8 8M17 14v5H5V7h5',
  download: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.700h4M4 14.300h4M16 9.700h4M16 14.300h4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.500v2M12 19.500v2M4.500 12h-2M21.500 12h-2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z',
  auto: 'M12 3.500a8.500 8.500 0 1 0 0 17zM12 3.500a8.500 8.500 0 0 1 0 17',
  restart: 'M4.500 12a7.500 7.500 0 1 0 2.500-5.600M7 3v4h4',
  signOut: 'M10 5H5v14h5M14 8l4 4-4 4M18 12H9',
  mail: 'M3.500 6h17v12h-17zM4 6.500l8 6.500 8-6.500',
  plus: 'M12 5v14M5 12h14',
  edit: 'm5 19 .8-3.800L16 5l3 3L8.800 18.200zM13.500 7.500l3 3',
  trash: 'M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10 11v5M14 11v5',
  upload: 'M12 19V8M7.500 12.500 12 8l4.500 4.500M5 4h14',
  pause: 'M9 5.500v13M15 5.500v13',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  chart: 'M4 4v16h16M8.500 16v-4M13 16V7M17.500 16v-6.500',
  users: 'M9 12a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500a6.500 6.500 0 0 1 13 0M15.500 5.300a3.500 3.500 0 0 1 0 6.400M17.500 14a6.500 6.500 0 0 1 4 5.500',
  receipt: 'M6 3.500h12v17l-3-2-3 2-3-2-3 2zM9.500 8h5M9.500 12h5',
  audit: 'M9 3.500h6v3H9zM9 5H5.500v15.500h13V5H15M9 13l2.200 2.200L15 11.500',
  sync: 'M4 11.500a8 8 0 0 1 14-5L20 9M20 4v5h-5M20 12.500a8 8 0 0 1-14 5L4 15M4 20v-5h5',
  calendar: 'M4 6h16v14H4zM4 10.500h16M8 3.500V7M16 3.500V7',
  gift: 'M4 9h16v4H4zM5.500 13h13v7h-13zM12 9v11M12 9C8.500 9 7 7.800 7 6.200 7 4 11 3.500 12 9zM12 9c3.500 0 5-1.200 5-2.800C17 4 13 3.500 12 9z',
} as const;

export type IconName = keyof typeof PATHS;

/** Says nothing to a screen reader: what stands beside it does. */
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
      <path d={PATHS[name]} />
    </svg>
  );
}
