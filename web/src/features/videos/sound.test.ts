import { describe, expect, it } from 'vitest';
import { audioSummary } from './sound';

describe('audioSummary', () => {
  it('names the track that was not kept, and what 5.1 became', () => {
    const tracks = [
      { kept: true, channels: 6, kept_channels: 2, language: 'en' },
      { kept: false, channels: 2, language: 'de' },
    ];
    expect(audioSummary(tracks)).toEqual([
      ['Audio track 1', 'en · stereo (5.1 in the file)'],
      ['Audio track 2', 'de · stereo: not kept by Mux, viewers cannot hear it'],
    ]);
  });

  it('adds nothing that Mux did not report', () => {
    expect(audioSummary([])).toEqual([]);
    expect(audioSummary([{ kept: true, kept_channels: 2 }])).toEqual([['Audio', 'stereo']]);
    expect(audioSummary([{ kept: true }])).toEqual([['Audio', 'Kept']]);
  });
});
