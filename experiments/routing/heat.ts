/**
 * Heat maps of choices: layer x expert, for the whole trace or one part of its tokens after another; and expert x tokens
 * of single layers. plotly's slider and buttons exchange the values.
 */
import { NOT_RECORDED, type RoutedTokens } from '../../workloads/routing/index.ts';
import { heatmap } from '../report/charts/heat.ts';
import { axis, type Chart, figure } from '../report/figure.ts';
import { integer } from '../report/format.ts';

/** Parts of the tokens that the slider shows. */
const PARTS = 8;
/** Columns of the map over tokens, and layers that it can show. */
const BINS = 96;
const SHOWN_LAYERS = 6;

/** Percent of the tokens from..to that chose each expert of a layer, by expert. */
function chosenShare(routed: RoutedTokens, layer: number, from: number, to: number): number[] {
  const { layers, topK, experts, ids } = routed;
  const counts = new Array<number>(experts).fill(0);
  for (let t = from; t < to; t++) {
    const at = (t * layers + layer) * topK;
    if (ids[at] === NOT_RECORDED) continue;
    for (let k = 0; k < topK; k++) counts[ids[at + k]]++;
  }
  return counts.map((count) => Number(((100 * count) / (to - from)).toPrecision(3)));
}

/** Tokens cut into so many equal parts, at most one a token: [from, to]. */
const cut = (tokens: number, parts: number): [number, number][] =>
  Array.from({ length: Math.min(parts, tokens) }, (_, i, all = Math.min(parts, tokens)) => [
    Math.floor((i * tokens) / all),
    Math.floor(((i + 1) * tokens) / all),
  ]);

const labelOf = ([from, to]: [number, number]) => `${integer(from + 1)} to ${integer(to)}`;

export function popularityOverTokens(routed: RoutedTokens, layerNumbers: readonly number[]): Chart {
  const byLayer = ([from, to]: [number, number]) =>
    layerNumbers.map((_, layer) => chosenShare(routed, layer, from, to));
  const whole: [number, number] = [0, routed.tokens];
  const parts = [whole, ...cut(routed.tokens, PARTS)];
  const values = parts.map(byLayer);
  const steps = parts.map((part, i) => ({
    label: i === 0 ? 'all' : labelOf(part),
    method: 'restyle',
    args: [{ z: [values[i]] }],
  }));
  const hovertemplate = 'layer %{y}, expert %{x}: %{z:.3g} % of tokens<extra></extra>';
  return {
    title: 'Who is chosen: layer x expert',
    reading: 'Share of tokens that choose each expert. The slider goes through the tokens of the trace.',
    height: 200 + Math.max(220, Math.min(520, 8 * routed.layers)),
    figure: figure(
      [heatmap(values[0], '% of tokens', { y: layerNumbers, hovertemplate })],
      axis('expert'),
      axis('MoE layer', { autorange: 'reversed' }),
      { sliders: [{ steps, currentvalue: { prefix: 'tokens: ' }, pad: { t: 60 } }] },
    ),
  };
}

export function expertsOverTokens(routed: RoutedTokens, layerNumbers: readonly number[]): Chart {
  const bins = cut(routed.tokens, BINS);
  const shown = Math.min(SHOWN_LAYERS, routed.layers);
  const layers = Array.from({ length: shown }, (_, i) =>
    shown === 1 ? 0 : Math.round((i * (routed.layers - 1)) / (shown - 1)),
  );
  const values = layers.map((layer) => {
    const columns = bins.map(([from, to]) => chosenShare(routed, layer, from, to));
    return columns[0].map((_, expert) => columns.map((column) => column[expert]));
  });
  const buttons = layers.map((layer, i) => ({
    label: `layer ${layerNumbers[layer]}`,
    method: 'restyle',
    args: [{ z: [values[i]] }],
  }));
  const first = layers.length > 1 ? 1 : 0;
  return {
    title: 'Experts over tokens',
    reading:
      'One layer: rows are experts, time runs to the right. Lines are lasting popularity, dashes belong to one passage of the text.',
    height: 560,
    figure: figure(
      [
        heatmap(values[first], '% of tokens', {
          x: bins.map(([from]) => from + 1),
          hovertemplate: 'from token %{x}, expert %{y}: %{z:.3g} %<extra></extra>',
        }),
      ],
      axis('token'),
      axis('expert'),
      {
        margin: { l: 70, r: 24, t: 60, b: 56 },
        updatemenus: [
          {
            type: 'buttons',
            direction: 'right',
            active: first,
            buttons,
            x: 0,
            xanchor: 'left',
            y: 1.02,
            yanchor: 'bottom',
          },
        ],
      },
    ),
  };
}
