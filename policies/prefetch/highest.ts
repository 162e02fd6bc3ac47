/** The indices of the highest scores above 0, highest first, equal ones by index. */
export function highest(score: Float64Array, count: number, take: (index: number) => void): void {
  for (let n = 0; n < count; n++) {
    let best = -1;
    for (let i = 0; i < score.length; i++) if (score[i] > (best < 0 ? 0 : score[best])) best = i;
    if (best < 0) return;
    take(best);
    score[best] = 0;
  }
}
