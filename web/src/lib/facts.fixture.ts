// The facts of a video in tests that are not about them.
import type { Video } from './models';

type Facts = Pick<Video, 'year' | 'country' | 'age_rating' | 'directors' | 'actors' | 'tags'>;

export const NO_FACTS: Facts = { year: null, country: null, age_rating: null, directors: [], actors: [], tags: [] };
export const NO_LANGUAGES: Pick<Video, 'audio_languages' | 'caption_languages'> = { audio_languages: [], caption_languages: [] };
