/** `nvmoe routing stats TRACE`: how cacheable and how predictable a recorded routing is. */
import { chosenTokens, type RecordedRouting } from '../../workloads/routing/formats/index.ts';
import {
  domainDivergence,
  type RoutedTokens,
  type RoutingStatistics,
  routingStatistics,
} from '../../workloads/routing/index.ts';
import { InputError } from '../errors.ts';
import { chosenRouting, loadTrace, type Phase, type RoutingInput } from './read-routing.ts';

export interface RoutingStatsOptions extends RoutingInput {
  /** Traces of the same model whose popularity is compared: other domains. */
  readonly compare?: readonly string[];
}

/** Popularity of parts of the trace (prompt and answer, turns) and of other traces, apart by [part][part]. */
export interface Divergence {
  readonly parts: string[];
  readonly tokens: number[];
  /** Jensen-Shannon divergence in bits, mean over layers. */
  readonly bits: number[][];
}

export interface RoutingReport extends RoutingStatistics {
  readonly phase: Phase;
  /** The model's own numbers of its MoE layers. */
  readonly layerNumbers: number[];
  readonly divergence?: Divergence;
  readonly warnings: string[];
}

/** More parts than this make no readable matrix. */
const MOST_PARTS = 16;

/** The report and the tokens that it is about, for the page. @throws InputError */
export async function routingStats(
  file: string,
  options: RoutingStatsOptions = {},
): Promise<{ report: RoutingReport; routed: RoutedTokens }> {
  const { recorded, phase, routed, warnings } = await chosenRouting(file, options);
  if (routed.tokens < 2) throw new InputError(`${file}: statistics need at least 2 tokens; found 1`);
  const statistics = routingStatistics(routed);
  const divergence = await divergenceOf(file, recorded, options, warnings);
  const report: RoutingReport = {
    phase,
    layerNumbers: recorded.header.layers ?? Array.from({ length: routed.layers }, (_, l) => l),
    ...statistics,
    ...(divergence ? { divergence } : {}),
    warnings,
  };
  return { report, routed };
}

async function divergenceOf(
  file: string,
  recorded: RecordedRouting,
  options: RoutingStatsOptions,
  warnings: string[],
): Promise<Divergence | undefined> {
  const parts = partsOf(recorded);
  for (const other of options.compare ?? []) {
    const trace = await loadTrace(other, {});
    if (trace.layers !== recorded.layers)
      throw new InputError(
        `${other}: found ${trace.layers} MoE layers; ${file} has ${recorded.layers}: traces of one model can be compared`,
      );
    parts.push({ name: other, routed: trace });
  }
  if (parts.length < 2) return undefined;
  if (parts.length > MOST_PARTS)
    warnings.push(`of ${parts.length} parts the first ${MOST_PARTS} are compared`);
  const shown = parts.slice(0, MOST_PARTS);
  return {
    parts: shown.map(({ name }) => name),
    tokens: shown.map(({ routed }) => routed.tokens),
    bits: domainDivergence(shown.map(({ routed }) => routed)),
  };
}

/** Turns and phases of a trace, in the order in which they begin. */
function partsOf(recorded: RecordedRouting): { name: string; routed: RoutedTokens }[] {
  const keys = [...new Set(recorded.blocks.map(({ turn, phase }) => `${turn} ${phase}`))];
  const turns = new Set(recorded.blocks.map(({ turn }) => turn)).size;
  return keys.map((key) => {
    const [turn, phase] = key.split(' ');
    const name = phase === 'prefill' ? 'prompt' : 'generated';
    return {
      name: turns > 1 ? `turn ${turn}, ${name}` : name,
      routed: chosenTokens(recorded, (block) => `${block.turn} ${block.phase}` === key),
    };
  });
}

/** The report with plain arrays, as JSON has them. */
export const plainReport = (report: RoutingReport) => ({
  ...report,
  popularity: { ...report.popularity, counts: report.popularity.counts.map((layer) => [...layer]) },
});
