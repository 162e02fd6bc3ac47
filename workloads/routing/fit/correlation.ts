/**
 * Reuse and the correlation of logits. If an expert's logit is Gaussian and the expert is chosen when it exceeds the
 * threshold θ that leaves the share p = topK / experts, then chosen tokens g apart coincide with probability
 *
 *   P(both) = p² + ∫_0^ρ(g) exp(-θ² / (1 + r)) / (2π sqrt(1 - r²)) dr          (Plackett 1954, from ∂Φ₂/∂ρ = φ₂)
 *
 * and reuse = P(both) / p. It rises from p at ρ = 0 to 1 at ρ = 1, so that a measured reuse names ρ.
 */

import { normalQuantile } from './normal-distribution.ts';

const STEPS = 2000;

export class ReuseCorrelation {
  private readonly reuse = new Float64Array(STEPS + 1);

  /** @param share topK / experts */
  constructor(share: number) {
    const threshold = normalQuantile(1 - share);
    let both = share * share;
    this.reuse[0] = share;
    for (let i = 0; i < STEPS; i++) {
      // Midpoint rule in the angle: r = sin(angle) takes the singularity at r = 1 away.
      const r = Math.sin(((i + 0.5) / STEPS) * (Math.PI / 2));
      both += (Math.exp((-threshold * threshold) / (1 + r)) / (2 * Math.PI)) * (Math.PI / 2 / STEPS);
      this.reuse[i + 1] = Math.min(1, both / share);
    }
  }

  /** The correlation that gives this reuse; 0 for less than chance. */
  correlationOf(reuse: number): number {
    let low = 0;
    let high = STEPS;
    if (!(reuse > this.reuse[0])) return 0;
    if (reuse >= this.reuse[STEPS]) return 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.reuse[middle] <= reuse) low = middle;
      else high = middle;
    }
    const within = (reuse - this.reuse[low]) / (this.reuse[high] - this.reuse[low]);
    return Math.sin(((low + within) / STEPS) * (Math.PI / 2));
  }

  /** The reuse that this correlation gives. */
  reuseOf(correlation: number): number {
    const at = (Math.asin(Math.min(1, Math.max(0, correlation))) / (Math.PI / 2)) * STEPS;
    const low = Math.min(STEPS - 1, Math.floor(at));
    return this.reuse[low] + (at - low) * (this.reuse[low + 1] - this.reuse[low]);
  }
}
