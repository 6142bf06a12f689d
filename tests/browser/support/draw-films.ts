import { Platform } from './platform.ts';

const DRAWN_WITHIN_SECONDS = 600;

/** Has the demo films drawn and encoded, where they are not: once, before each worker's platform wants them at the same time. */
export default async function drawFilms(): Promise<void> {
  const platform = await Platform.start({}, DRAWN_WITHIN_SECONDS);
  await platform.stop();
}
