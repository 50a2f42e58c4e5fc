// What a few rounds say: the median, and between which values it lies.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Chance that at most `k` of `n` values lie below the median. */
function chanceOfAtMost(k, n) {
  let sum = 0;
  let ways = 1;
  for (let i = 0; i <= k; ++i) {
    sum += ways;
    ways = (ways * (n - i)) / (i + 1);
  }
  return sum / 2 ** n;
}

/**
 * { low, middle, high, confidence }: the narrowest pair of order statistics that holds the median with at least this confidence,
 * whatever the distribution; of too few values the outermost, with the confidence they have.
 */
export function medianInterval(values, confidence = 0.9) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const covered = (outside) => 1 - 2 * chanceOfAtMost(outside, n);
  let outside = 0;
  while (2 * (outside + 1) < n && covered(outside + 1) >= confidence) outside += 1;
  return { low: sorted[outside], middle: median(values), high: sorted[n - 1 - outside], confidence: covered(outside) };
}
