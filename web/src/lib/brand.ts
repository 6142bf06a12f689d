/** What viewers know the service as. */
export const BRAND = 'Marquee';
