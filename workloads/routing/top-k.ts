/**
 * The choice of experts from their scores: the k highest, or DeepSeek-V3's group-limited choice (arXiv 2412.19437, 2.1.2;
 * `noaux_tc` in its published code): experts in equal groups, a group scored by the sum of its two highest, only the best
 * groups eligible. Scores are the router's with its bias already added, as the published code selects by.
 */

/** Writes the ids of the k highest of `scores` to `into` from `at`, highest first; ties go to the lower id. */
export function topK(scores: Float64Array, k: number, into: Uint16Array, at: number): void {
  let filled = 0;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id];
    if (filled === k && !(score > scores[into[at + k - 1]])) continue;
    let place = filled < k ? filled++ : k - 1;
    while (place > 0 && score > scores[into[at + place - 1]]) {
      into[at + place] = into[at + place - 1];
      place--;
    }
    into[at + place] = id;
  }
}

/** Sets the scores of all but the `chosen` best of `count` groups to -Infinity. */
export function limitGroups(
  scores: Float64Array,
  { count, chosen }: { count: number; chosen: number },
): void {
  const size = scores.length / count;
  const groupScore = new Float64Array(count);
  for (let group = 0; group < count; group++) {
    let first = Number.NEGATIVE_INFINITY;
    let second = Number.NEGATIVE_INFINITY;
    for (let id = group * size; id < (group + 1) * size; id++) {
      if (scores[id] > first) {
        second = first;
        first = scores[id];
      } else if (scores[id] > second) second = scores[id];
    }
    groupScore[group] = size > 1 ? first + second : first;
  }
  const best = new Uint16Array(chosen);
  topK(groupScore, chosen, best, 0);
  for (let group = 0; group < count; group++) {
    if (!best.includes(group)) scores.fill(Number.NEGATIVE_INFINITY, group * size, (group + 1) * size);
  }
}
