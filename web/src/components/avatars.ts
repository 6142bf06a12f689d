// The pictures of profiles, drawn for this app on a square of 64. Each has its own background, so that it looks the same in both themes.
import type { Avatar } from '@/lib/models';

/** A part of a picture: a filled shape, or a line with a width. */
export interface Part {
  d: string;
  color: string;
  line?: number;
}

export interface Drawn {
  ground: string;
  parts: readonly Part[];
}

function disc(x: number, y: number, radius: number): string {
  const d = `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
  return d;
}

export const AVATARS: Record<Avatar, Drawn> = {
  sun: {
    ground: '#e9763d',
    parts: [
      { d: 'M32 8v7M10 32H3M61 32h-7M14.300 14.300l5 5M49.700 14.300l-5 5', color: '#ffd98c', line: 4 },
      { d: disc(32, 37, 15), color: '#ffd98c' },
      { d: 'M0 42q16-5 32 0t32 0v22H0z', color: '#b44a2a' },
      { d: 'M0 52q16-5 32 0t32 0v12H0z', color: '#8c3524' },
    ],
  },
  moon: {
    ground: '#34407c',
    parts: [
      { d: 'M45 43.500A19 19 0 0 1 28.500 14 19.500 19.500 0 1 0 50 39.500q-2.300 2.500-5 4z', color: '#f6e3a8' },
      { d: `${disc(47, 17, 2)}${disc(54, 27, 1.4)}${disc(41, 27, 1.4)}${disc(12, 13, 1.6)}`, color: '#c9cff5' },
    ],
  },
  star: {
    ground: '#6a3f97',
    parts: [
      { d: disc(32, 32, 25), color: '#7d50ad' },
      {
        d: 'M32 11l6.400 13.800 15.100 1.800-11.200 10.300 3 14.900L32 44.400l-13.300 7.400 3-14.900L10.500 26.600l15.100-1.800z',
        color: '#ffd257',
      },
      { d: 'M32 11v33.400l-13.300 7.400 3-14.900L10.500 26.600l15.100-1.800z', color: '#ffe08a' },
    ],
  },
  wave: {
    ground: '#8fd3dd',
    parts: [
      { d: disc(47, 17, 7), color: '#fff3c9' },
      { d: 'M0 44C6 24 22 14 36 20c8 3.500 9 12 3 15-4 2-8-1-7-5-8 3-8 16 5 18 10 1.500 19-2 27-9v25H0z', color: '#2183a8' },
      { d: 'M0 52q8-6 16 0t16 0 16 0 16 0v12H0z', color: '#17607f' },
    ],
  },
  leaf: {
    ground: '#2f7d5b',
    parts: [
      { d: 'M52 11C25 11 11 24 13 45c0 3 2 6 5 6 23 3 36-14 34-40z', color: '#b9e39b' },
      { d: 'M52 11C31 21 21 33 15 50c1 1 2 1 3 1 23 3 36-14 34-40z', color: '#93cf7c' },
      { d: 'M47 17Q22 32 10 56M33 28v11M25 36v9M36 26h-9M28 33h-8', color: '#2f7d5b', line: 2.4 },
    ],
  },
  mountain: {
    ground: '#f0b48a',
    parts: [
      { d: disc(47, 19, 7), color: '#fff0cf' },
      { d: 'M26 26l22 28H4z', color: '#74588c' },
      { d: 'M42 33l24 31H18z', color: '#4e3d6b' },
      { d: 'M0 54q16-8 34-3t30-1v14H0z', color: '#35294f' },
      { d: 'M26 26l7 9-4 2.500-3-2.500-3.500 3-3.500-3z', color: '#fff' },
    ],
  },
  cloud: {
    ground: '#5b93d6',
    parts: [
      { d: disc(43, 23, 9), color: '#ffdc7c' },
      { d: 'M17 49a10.500 10.500 0 0 1-.5-21 14 14 0 0 1 26.500 1.500A10 10 0 0 1 46 49z', color: '#fff' },
      { d: 'M17 49a10.500 10.500 0 0 1-9.500-6c12 3 31 2 48.500-4A10 10 0 0 1 46 49z', color: '#d5e5f8' },
    ],
  },
  flame: {
    ground: '#6d2038',
    parts: [
      { d: 'M33 6c2 9 15 16 15 31a16 16 0 0 1-32 1c0-7 4-11 6-16 2 3 3 4 5 5 4-6 6-13 6-21z', color: '#ff7d3b' },
      { d: 'M33 27c1 6 8 9 8 17a9 9 0 0 1-18 0c0-4 2-6 3-9 2 2 2 2 3 2.500 3-3 4-7 4-10.500z', color: '#ffcb57' },
    ],
  },
  shell: {
    ground: '#3aa39a',
    parts: [
      {
        d: 'M32 54c-5 0-6-2-7-4C14 46 8 37 10 29c1-4 5-6 8-5 1-5 6-8 9-6 2-4 8-4 10 0 3-2 8 1 9 6 3-1 7 1 8 5 2 8-4 17-15 21-1 2-2 4-7 4z',
        color: '#ffe6d2',
      },
      { d: 'M32 49V17M29 49L19 25M35 49l10-24M26 48L11 33M38 48l15-15', color: '#e3927c', line: 2.2 },
      { d: 'M24 49h16q0 6-8 6t-8-6z', color: '#e3927c' },
    ],
  },
  comet: {
    ground: '#1d2750',
    parts: [
      { d: 'M60 3L34 48A15 15 0 0 1 15 29z', color: '#4468c9' },
      { d: 'M54 10L31 43a11 11 0 0 1-11-11z', color: '#86a9f2' },
      { d: disc(24, 40, 11), color: '#ffe4a0' },
      { d: `${disc(11, 15, 1.8)}${disc(27, 11, 1.3)}${disc(52, 44, 1.8)}${disc(45, 56, 1.3)}`, color: '#c9d4ff' },
    ],
  },
  kite: {
    ground: '#a9dcec',
    parts: [
      { d: 'M28 42q-9 3-8 9t-9 9', color: '#4b6a8c', line: 2 },
      { d: 'M42 6l11 19-25 17-4-22z', color: '#e4505a' },
      { d: 'M42 6L28 42l-4-22z', color: '#f7787c' },
      { d: 'M53 25L28 42l5.500-14.200z', color: '#ffc94d' },
      { d: 'M24 20l9.500 7.800L28 42z', color: '#ffe08a' },
      { d: 'M17 47l6 2-1 5zM17 55l-1 6-5-3z', color: '#ffc94d' },
    ],
  },
  bird: {
    ground: '#f1be55',
    parts: [
      { d: 'M44 18l14 5-13 5z', color: '#e0653a' },
      { d: 'M4 45c10 0 14-5 17-13 3-10 10-17 19-17 7 0 11 5 10 13-1 16-12 26-26 26-8 0-15-3-20-9z', color: '#27557d' },
      { d: 'M4 45c12 3 26-1 33-14 3 12-5 23-19 23-6 0-11-4-14-9z', color: '#4384b0' },
      { d: disc(41, 23, 2.6), color: '#fff' },
    ],
  },
};
