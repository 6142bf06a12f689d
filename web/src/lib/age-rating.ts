/** An age rating as viewers read it: a bare age is shown as `12+`, other ratings as they were entered. */
export function ageRating(rating: string): string {
  return /^\d{1,2}$/.test(rating) ? `${rating}+` : rating;
}
