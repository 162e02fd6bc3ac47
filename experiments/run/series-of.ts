/** The bounded series of a run that the report draws. */
import { toSeconds } from '../../sim/index.ts';
import { fileMap } from '../../workloads/layout/index.ts';
import { dieMap } from '../flash-activity.ts';
import type { Series as ResultSeries } from '../result.ts';
import type { PageMeter } from './page-meter.ts';
import type { Run } from './result-of.ts';

/** Points of a latency CDF: every percentile, then the tail. */
const PERCENTS = [...Array.from({ length: 99 }, (_, i) => i + 1), 99.5, 99.9, 99.99, 100];

export function seriesOf(run: Run): ResultSeries {
  const { meter, machine, outcome } = run;
  const { recorder, tokenHits, tokenRequests } = outcome;
  const width = toSeconds(meter.bytes.width);
  return {
    throughput: meter.bytes.points().map(({ time, sum }) => [toSeconds(time), sum / width]),
    queueDepth: meter.depth.points().map(({ time, sum }) => [toSeconds(time), sum / meter.depth.width]),
    tokenSeconds: Array.from(recorder.tokenTime, (time, token) => [token, toSeconds(time)]),
    ...ttftSeries(run),
    ...(machine.mapped && meter.pages ? faultSeries(meter.pages) : {}),
    ...(machine.reads
      ? {
          hitRatio: Array.from(tokenHits, (hits, token): [number, number] => [
            token,
            tokenRequests[token] ? hits / tokenRequests[token] : 0,
          ]),
        }
      : {}),
    latencyCdf: latencyCdf(run),
    timeline: timelineOf(run),
    ...(run.prepared.model.experts > 0 ? { experts: expertHeat(run), residency: residencyOf(run) } : {}),
    dies: dieMap(machine.drives, run.sim.now),
    accessMap: { points: meter.access.points, regions: regionsOf(run) },
  };
}

/** Requests of which the time to first token is kept, evenly spread. */
const SHOWN_REQUESTS = 1000;

function ttftSeries({ experiment, prepared, outcome }: Run): Pick<ResultSeries, 'ttft'> {
  const { arrivals } = experiment.workload;
  if (!arrivals) return {};
  const every = Math.ceil((arrivals.requests - arrivals.warmup) / SHOWN_REQUESTS);
  const ttft: [number, number][] = [];
  for (let i = arrivals.warmup; i < arrivals.requests; i += every) {
    const { arrival } = prepared.decode.requests![i];
    ttft.push([toSeconds(arrival), toSeconds(outcome.scheduler!.firstToken[i] - arrival)]);
  }
  return { ttft };
}

/** The tensors in file order; where experts lie apart from their tensors, layer by layer what lies together. */
function regionsOf({ prepared: { model } }: Run) {
  const inPieces = model.tensors.some((_, index) => !model.placeOf(index));
  const regions = inPieces
    ? fileMap(model).map(({ layer, role, offset, bytes }) => ({
        name: layer < 0 ? role : `blk.${layer} ${role}`,
        offset,
        bytes,
      }))
    : model.tensors.map(({ name }, index) => ({ name, ...model.placeOf(index)! }));
  return regions.sort((a, b) => a.offset - b.offset);
}

function faultSeries({ tokens }: PageMeter): ResultSeries {
  const line = (of: (token: (typeof tokens)[number]) => number) =>
    tokens.map((token, index): [number, number] => [index, of(token)]);
  return {
    tokenBytes: line(({ bytes }) => bytes),
    tokenMajorFaults: line(({ major }) => major),
    tokenMinorFaults: line(({ minor }) => minor),
  };
}

function latencyCdf({ meter: { latency } }: Run): [number, number][] {
  if (latency.count === 0) return [];
  return PERCENTS.map((percent) => [latency.percentile(percent) / 1e12, percent / 100]);
}

function timelineOf({ outcome: { recorder } }: Run): ResultSeries['timeline'] {
  const { spans } = recorder.timeline;
  const start = Math.min(...spans.map((span) => span.start));
  return spans.map(({ lane, kind, name, start: from, end }) => ({
    lane: lane === 0 ? 'program' : `reads ${lane}`,
    name,
    start: toSeconds(from - start),
    end: toSeconds(end - start),
    kind,
  }));
}

/** Requests by MoE layer and expert, of the generated tokens. */
function expertHeat({ outcome, prepared }: Run): ResultSeries['experts'] {
  const { sequence, catalogue } = outcome;
  const { model } = prepared;
  const layers = Array.from(model.moeLayers);
  const requests = layers.map(() => new Array<number>(model.experts).fill(0));
  const routed = layers.length * catalogue.experts;
  for (let i = sequence.batchStart[sequence.prefillBatches]; i < sequence.ids.length; i++) {
    const id = sequence.ids[i];
    if (id < routed) requests[Math.floor(id / model.experts)][id % model.experts]++;
  }
  return { layers, requests };
}

function residencyOf({ outcome, prepared }: Run): ResultSeries['residency'] {
  const { tokens, shares } = outcome.residency;
  const layers = Array.from(prepared.model.moeLayers);
  return { tokens, layers, share: layers.map((_, row) => shares.map((share) => share[row])) };
}
