import type { Avatar as Name } from '@/lib/models';
import { AVATARS } from './avatars';

/** A profile's picture. Screen readers read the profile's name beside it. */
export function Avatar({ name, className }: { name: Name; className?: string }) {
  const { ground, parts } = AVATARS[name];
  return (
    <svg viewBox="0 0 64 64" className={className} aria-hidden="true" focusable="false">
      <path d="M0 0h64v64H0z" fill={ground} />
      {parts.map(({ d, color, line }) => (
        <path
          key={d}
          d={d}
          fill={line ? 'none' : color}
          stroke={line ? color : 'none'}
          strokeWidth={line}
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      ))}
    </svg>
  );
}
