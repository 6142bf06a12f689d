import { expect, it } from 'vitest';
import { ageRating } from './age-rating';

it.each([
  ['0', '0+'],
  ['12', '12+'],
  ['16', '16+'],
])('shows the bare age %s as %s', (rating, shown) => expect(ageRating(rating)).toBe(shown));

it.each(['12A', 'FSK 12', 'PG-13', 'TV-MA', '12+', '2001'])('shows %s as it is', (rating) => expect(ageRating(rating)).toBe(rating));
