/** The name of the service for viewers. */
export const BRAND = 'Marquee';
