/** Where a decoded token's time goes, as streaming engines report it (BigMoeOnEdge, colibri). */
import { toSeconds } from '../../sim/index.ts';
import type { Breakdown } from '../result/host.ts';
import type { Result } from '../result.ts';
import type { Run } from './result-of.ts';
import { measuredTokens } from './token-rates.ts';

export function breakdownOf({ outcome }: Run, storage: Result['storage']): Breakdown {
  const { spentIn, kernelTime, phaseStart, windowStart } = outcome.recorder;
  const perToken = (time: number) => toSeconds(time) / measuredTokens(outcome);
  const kernels = (...names: string[]) =>
    perToken(names.reduce((sum, name) => sum + (kernelTime.get(name) ?? 0), 0));
  return {
    ioServiceSeconds: storage.latencySeconds.mean * storage.iops * perToken(phaseStart.done - windowStart),
    exposedIoSeconds: perToken(spentIn.wait),
    expertSeconds: kernels('expert', 'shared-expert'),
    attentionSeconds: kernels('attention'),
    headSeconds: kernels('head'),
    softwareSeconds: perToken(spentIn.software),
    otherSeconds: kernels('router', 'dense') + perToken(spentIn.idle),
  };
}
