/**
 * What a program serves: requests, each a prompt and the steps that generate its tokens.
 *
 * A step processes one row, or one and its drafts: speculative decoding drafts `draft` tokens by cheaper means, and one
 * pass verifies them together with the token they follow. Each draft is accepted with probability `acceptance` if all
 * before it were; the pass gives the accepted ones and one more, so that a step gives
 *
 *   (1 - a^(n+1)) / (1 - a)   tokens on average (Leviathan et al., arXiv:2211.17192, eq. 1),
 *
 * and costs n + 1 rows whatever is accepted: the rest is wasted. What a request accepts is drawn before the run.
 */
import type { Picoseconds } from '../../sim/index.ts';

export interface Step {
  /** Rows that the step processes. */
  readonly rows: number;
  /** Tokens that it gives. */
  readonly gives: number;
}

export interface Request {
  /** Since the program is ready, ps. */
  readonly arrival: Picoseconds;
  /** Where its tokens lie in the run's routing: the prompt's, then the rows of its steps, rejected drafts included. */
  readonly first: number;
  /** Tokens of the prompt. */
  readonly prompt: number;
  readonly steps: readonly Step[];
}

export interface Speculation {
  /** Tokens drafted a step. */
  readonly draft: number;
  /** Chance that a draft is accepted if those before it were. */
  readonly acceptance: number;
}

const PLAIN: Step = { rows: 1, gives: 1 };

/** Steps that generate `tokens` tokens. @param random draws what is accepted */
export function stepsFor(tokens: number, speculation?: Speculation, random?: () => number): Step[] {
  if (!speculation || !random) return new Array<Step>(tokens).fill(PLAIN);
  const steps: Step[] = [];
  for (let left = tokens; left > 0; ) {
    const rows = Math.min(speculation.draft, left - 1) + 1;
    let gives = 1;
    while (gives < rows && random() < speculation.acceptance) gives++;
    steps.push({ rows, gives });
    left -= gives;
  }
  return steps;
}

/** Tokens that a request processes: its rows in the run's routing. */
export const rowsOf = ({ prompt, steps }: Request): number =>
  steps.reduce((sum, step) => sum + step.rows, prompt);

/** Tokens that steps give. */
export const tokensOf = (steps: readonly Step[]): number => steps.reduce((sum, { gives }) => sum + gives, 0);
