/**
 * From the physical bound to the prediction, step by step. The lowest bound alone would take t0 = 1 / bound per token.
 * Its own part of wall time (`component`) can exceed t0 by a wait: latency, bursts, shallow queues. The other parts add
 * what they could not hide: if the bound's part P is at least t0, all of them; else their sum less the t0 - P of
 * the bound's work done meanwhile, taken off each in proportion. The steps sum exactly to the predicted token time.
 */
import type { Result, TimePart } from '../result.ts';
import { PARTS, TIME_PARTS } from './figure.ts';
import { bindingBound } from './ranking.ts';

interface Step {
  readonly name: string;
  readonly part: TimePart | 'bound';
  readonly seconds: number;
}

/** Steps in the order they are drawn; without a bound at or below the token's time, the parts of time alone. */
export function waterfallSteps(result: Result): Step[] {
  const total = 1 / result.tokensPerSecond.mean;
  const bound = bindingBound(result);
  const t0 = bound ? 1 / bound.tokensPerSecond : 0;
  if (!bound || t0 > total)
    return TIME_PARTS.map((part) => ({
      name: PARTS[part].name,
      part,
      seconds: result.time[part] * total,
    })).filter((step) => step.seconds > 0);
  const own = result.time[bound.component] * total;
  const others = total - own;
  const hidden = Math.max(0, t0 - own);
  const shown = others > 0 ? (others - hidden) / others : 0;
  const steps: Step[] = [{ name: `${bound.resource} at its limit`, part: 'bound', seconds: t0 }];
  if (own > t0)
    steps.push({
      name: `${PARTS[bound.component].name} beyond that`,
      part: bound.component,
      seconds: own - t0,
    });
  for (const part of TIME_PARTS)
    if (part !== bound.component && result.time[part] * shown > 0)
      steps.push({
        name: part === 'exposedIo' ? 'exposed I/O' : `${PARTS[part].name} not hidden`,
        part,
        seconds: result.time[part] * total * shown,
      });
  return steps;
}
