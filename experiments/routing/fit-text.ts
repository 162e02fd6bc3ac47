/** A fit as text: for the terminal, and as the YAML file that `workload.routing.fit` names. */
import type { RoutingModel } from '../../workloads/routing/index.ts';
import { integer, percent, significant } from '../report/format.ts';
import type { RoutingFitReport } from './fit-command.ts';

type Row = [string, string];

const within = ([low, high]: readonly [number, number], format = significant) =>
  `${format(low)} to ${format(high)}`;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

export function fitRows({ model, intervals, tokens, phase }: RoutingFitReport): Row[] {
  const share = (name: 'static' | 'context' | 'token') => {
    const bounds = (end: 0 | 1) => mean(intervals.layerShares.map((layer) => layer[name][end]));
    const layers = model.layerShares.map((layer) => layer[name]);
    return `mean ${percent(mean(layers))} (${percent(bounds(0))} to ${percent(bounds(1))}), first layer ${percent(layers[0])}`;
  };
  return [
    ['fitted to', `${integer(tokens)} tokens (${phase})`],
    ['model', `${model.layers} MoE layers, top-${model.topK} of ${model.experts} experts, ${model.order}`],
    ['static popularity', share('static')],
    ['context', `${share('context')}; ${contextText(model)}`],
    ['token', share('token')],
    [
      'token correlation',
      `lag 1 ${significant(model.tokenCorrelation[0] ?? 0)} (${within(intervals.tokenCorrelation)})`,
    ],
    ['skew', `${significant(model.skew)} (${within(intervals.skew)})`],
    ['rank', `${model.rank} (${within(intervals.rank)})`],
  ];
}

const contextText = ({ context }: RoutingModel) =>
  context.length === 0
    ? 'no drift'
    : `drifts over ${context.map(({ tokens, share }) => `${integer(tokens)} tokens (${percent(share)})`).join(', ')}`;

export const CHECK_HEAD = ['first half fitted alone', 'recorded', 'second half', 'generated', ''];
export const checkRows = ({ check }: RoutingFitReport): string[][] =>
  check!.figures.map(({ name, fitted, heldOut, generated, withinFitted, withinHeldOut }) => [
    name,
    percent(fitted),
    percent(heldOut),
    percent(generated),
    withinFitted ? (withinHeldOut ? 'within 3 points' : 'off the second half') : 'off by more than 3 points',
  ]);

/** Digits after the point: cut, not rounded, so that shares still sum to at most 1. */
const DIGITS = 1e6;
const cut = (x: number) => Math.trunc(x * DIGITS) / DIGITS;

/** The model as YAML, with its 95 % intervals as comments. */
export function fitYaml(report: RoutingFitReport): string {
  const { model, intervals, trace, phase, tokens } = report;
  const { groups } = model;
  const interval = (bounds: readonly [number, number]) => `95 %: ${within(bounds)}`;
  const lines = [
    '# Routing fitted by `nvmoe routing fit`. Intervals are by a block bootstrap over tokens; of skew and rank by',
    '# one-step estimates on generated traces (docs/routing.md).',
    `description: ${JSON.stringify(`Fitted to ${tokens} tokens (${phase}) of ${trace}`)}`,
    `order: ${model.order}`,
    ...(groups ? [`groups: {count: ${groups.count}, chosen: ${groups.chosen}}`] : []),
    `layers: ${model.layers}`,
    `experts: ${model.experts}`,
    `topK: ${model.topK}`,
    `rank: ${model.rank}  # ${interval(intervals.rank)}`,
    `skew: ${cut(model.skew)}  # ${interval(intervals.skew)}`,
    `# at lag 1, ${interval(intervals.tokenCorrelation)}`,
    `tokenCorrelation: [${model.tokenCorrelation.map(cut).join(', ')}]`,
    `context: [${model.context.map((part) => `{tokens: ${part.tokens}, share: ${cut(part.share)}}`).join(', ')}]`,
    'layerShares:',
  ];
  model.layerShares.forEach((shares, l) => {
    const bounds = intervals.layerShares[l];
    const of = (name: 'static' | 'context' | 'token') => `${name}: ${cut(shares[name])}`;
    const about = (name: 'static' | 'context' | 'token') => within(bounds[name]);
    lines.push(
      `  - {${of('static')}, ${of('context')}, ${of('token')}}  # ${about('static')}, ${about('context')}, ${about('token')}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
