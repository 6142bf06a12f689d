import { Platform } from './platform.ts';

const DRAWN_WITHIN_SECONDS = 600;

/** Draws and encodes the demo films if they do not exist yet, so that the workers' platforms do not all do it at the same time. */
export default async function drawFilms(): Promise<void> {
  const platform = await Platform.start({}, DRAWN_WITHIN_SECONDS);
  await platform.stop();
}
