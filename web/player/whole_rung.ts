import type { WholeRung } from '../client/wire';

// A browser without any HLS is an old one on a weak machine.
const kLargestShortSide = 480;

/** The one file to play where there is neither HLS nor a choice while playing: H.264 up to 480p, else the smallest there is. */
export function wholeRungFor(rungs: readonly WholeRung[]): WholeRung | undefined {
  const known = rungs.filter((rung) => rung.codecs.startsWith('avc1'));  // Largest first.
  return known.find((rung) => Math.min(rung.width, rung.height) <= kLargestShortSide) ?? known[known.length - 1];
}
