import type { Asset } from '../../client/wire';

// In decimal text for people: "−23.1", "+7.1"; `after` is empty until all of it was heard.
export interface LoudnessTexts {
  before: string;
  gain: string;
  after: string;
}

/** How loud a video came and what was done about it; null where there is no sound, or nothing is known. */
export function loudnessTexts(verdict: Asset['verdict']): LoudnessTexts | null {
  const { measured_lufs: before, gain_db: gain } = verdict?.loudness ?? {};
  if (typeof before !== 'number' || typeof gain !== 'number') return null;
  const after = verdict?.content?.sound?.loudness_lufs;
  return { before: decimal(before), gain: gain >= 0.05 ? `+${decimal(gain)}` : decimal(gain), after: typeof after === 'number' ? decimal(after) : '' };
}

function decimal(value: number): string {
  return value.toFixed(1).replace(/^-0\.0$/, '0.0').replace('-', '−');
}
