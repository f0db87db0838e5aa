/** The candidate that a misspelled word most likely meant; undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; cost: number } | undefined;
  for (const candidate of candidates) {
    const cost = stepsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || cost < best.cost) best = { candidate, cost };
  }
  return best !== undefined && best.cost <= Math.max(2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

/** Edit distance, but a word that is a part of the candidate (`service` in `api-service`) counts as one step. */
function stepsBetween(word: string, candidate: string): number {
  return word.length >= 3 && candidate.includes(word) ? 1 : editDistance(word, candidate);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
