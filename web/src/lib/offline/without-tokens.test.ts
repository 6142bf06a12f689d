import { describe, expect, it } from 'vitest';
import { withoutTokens } from './without-tokens';

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln';

describe('withoutTokens', () => {
  it('drops a picture with signed URLs and keeps the rest', () => {
    const poster = { url: `https://image.mux.com/a/thumbnail.webp?token=${TOKEN}`, srcset: '', placeholder: '#123456' };
    expect(withoutTokens({ items: [{ title: 'Tide', poster, progress: 3 }], next_cursor: null })).toEqual({
      items: [{ title: 'Tide', poster: null, progress: 3 }],
      next_cursor: null,
    });
  });

  it('drops a picture whose token is only in its list of sizes', () => {
    expect(withoutTokens({ poster: { url: '/a.webp', srcset: `/a.webp?width=320&token=${TOKEN} 320w` } })).toEqual({ poster: null });
  });

  it('drops a token wherever it is', () => {
    expect(withoutTokens([TOKEN, `Bearer ${TOKEN}`, { deep: [{ token: TOKEN }] }])).toEqual([null, null, { deep: [null] }]);
  });

  it('keeps texts that only look a little like tokens', () => {
    const film = { title: 'eyJ. The Token=Film', likes: 0, is_new: true, series: null };
    expect(withoutTokens(film)).toEqual(film);
  });
});
