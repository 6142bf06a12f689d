// The icons that no first page shows, on the same grid as those of icon.tsx. They are loaded with the pages that use them.
import type { Drawing } from './icon';

export const MORE_ICONS = {
  down: { path: 'm6 9.500 6 6 6-6' },
  device: { path: 'M4 5h16v11H4zM9 20h6M12 16v4' },
  cast: { path: 'M3 8V5.500h18v13h-7M3 12a7 7 0 0 1 7 7M3 15.500A3.500 3.500 0 0 1 6.500 19M3 19v.01' },
  pencil: { path: 'M4.500 19.500 5.500 15 16 4.500l3.500 3.500L9 18.500zM13.500 7l3.500 3.500' },
  phone: { path: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2' },
  external: { path: 'M14 5h5v5M19 5l-8 8M17 14v5H5V7h5' },
  download: { path: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14' },
  eye: { path: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z' },
  sun: {
    path: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.500v2M12 19.500v2M4.500 12h-2M21.500 12h-2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  },
  moon: { path: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z' },
  auto: { path: 'M12 3.500a8.500 8.500 0 1 0 0 17zM12 3.500a8.500 8.500 0 0 1 0 17' },
  signOut: { path: 'M10 5H5v14h5M14 8l4 4-4 4M18 12H9' },
  mail: { path: 'M3.500 6h17v12h-17zM4 6.500l8 6.500 8-6.500' },
  clock: { path: 'M12 7v5l3.500 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z' },
  list: { path: 'M4 6.500h3M4 12h3M4 17.500h3M10.500 6.500H20M10.500 12H20M10.500 17.500H20' },
  skip: { path: 'M6 5.500v13l9-6.500zM18.500 5v14' },
  plus: { path: 'M12 5v14M5 12h14' },
  trash: { path: 'M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10 11v5M14 11v5' },
  upload: { path: 'M12 19V8M7.500 12.500 12 8l4.500 4.500M5 4h14' },
  pause: { path: 'M9 5.500v13M15 5.500v13' },
  copy: { path: 'M9 9h11v11H9zM15 9V4H4v11h5' },
  chart: { path: 'M4 4v16h16M8.500 16v-4M13 16V7M17.500 16v-6.500' },
  users: {
    path: 'M9 12a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500a6.500 6.500 0 0 1 13 0M15.500 5.300a3.500 3.500 0 0 1 0 6.400M17.500 14a6.500 6.500 0 0 1 4 5.500',
  },
  receipt: { path: 'M6 3.500h12v17l-3-2-3 2-3-2-3 2zM9.500 8h5M9.500 12h5' },
  audit: { path: 'M9 3.500h6v3H9zM9 5H5.500v15.500h13V5H15M9 13l2.200 2.200L15 11.500' },
  sync: { path: 'M4 11.500a8 8 0 0 1 14-5L20 9M20 4v5h-5M20 12.500a8 8 0 0 1-14 5L4 15M4 20v-5h5' },
  calendar: { path: 'M4 6h16v14H4zM4 10.500h16M8 3.500V7M16 3.500V7' },
  gift: {
    path: 'M4 9h16v4H4zM5.500 13h13v7h-13zM12 9v11M12 9C8.500 9 7 7.800 7 6.200 7 4 11 3.500 12 9zM12 9c3.500 0 5-1.200 5-2.800C17 4 13 3.500 12 9z',
  },
} as const satisfies Record<string, Drawing>;
