import { describe, expect, it } from 'vitest';

import { loudnessTexts } from '../src/loudness';

function content(loudness_lufs: number | null) {
  return {
    duration_ms: 1, planned_ms: 1, frames: 1, damaged_frames: 0, damaged_share: 0, black: [], frozen: [], borders: null,
    sound: { true_peak_dbtp: -1.5, loudness_lufs, silent: [] },
  };
}

describe('loudnessTexts', () => {
  it('tells before, gain and after', () => {
    const loudness = { measured_lufs: -23.06, gain_db: 7.06 };

    expect(loudnessTexts({ loudness, content: content(-16) })).toEqual({ before: '−23.1', gain: '+7.1', after: '−16.0' });
    expect(loudnessTexts({ loudness, content: null })).toEqual({ before: '−23.1', gain: '+7.1', after: '' });
  });

  it('tells of sound that was turned down or left alone', () => {
    expect(loudnessTexts({ loudness: { measured_lufs: -10, gain_db: -6 } })?.gain).toBe('−6.0');
    expect(loudnessTexts({ loudness: { measured_lufs: -16, gain_db: -0.01 } })?.gain).toBe('0.0');
  });

  it('tells nothing of silence, of no sound and of no sheet', () => {
    expect(loudnessTexts({ loudness: { measured_lufs: null, gain_db: 0 } })).toBeNull();
    expect(loudnessTexts({ loudness: null })).toBeNull();
    expect(loudnessTexts({})).toBeNull();
    expect(loudnessTexts(null)).toBeNull();
  });
});
