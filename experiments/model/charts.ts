/** Pictures of a model: its files byte by byte, one layer's experts in them, and what it needs of memory. */
import { fileMap } from '../../workloads/layout/index.ts';
import { attentionOf, cacheBytes, type KvChoice, type Model } from '../../workloads/models/index.ts';
import { TENSOR_ROLES } from '../../workloads/models/roles.ts';
import { fitIn } from '../../workloads/models/summary.ts';
import { axis, type Chart, COLOURS, figure, logAxis } from '../report/figure.ts';

const GB = 1e9;

interface Run {
  readonly offset: number;
  readonly bytes: number;
  /** Shown when pointed at. */
  readonly text: string;
}

/** Runs of bytes as bars on one line, from `start`. */
const bars = (
  name: string,
  color: string,
  y: (run: Run) => string,
  runs: readonly Run[],
  x: (run: Run) => number,
  unit: number,
) => ({
  type: 'bar',
  orientation: 'h',
  name,
  y: runs.map(y),
  base: runs.map((run) => x(run) / unit),
  x: runs.map((run) => run.bytes / unit),
  text: runs.map((run) => run.text),
  textposition: 'none',
  hovertemplate: '%{text}<extra>%{fullData.name}</extra>',
  marker: { color, line: { width: 0 } },
});

/** Every byte of every file, by what it belongs to. */
export function fileChart(model: Model): Chart {
  const fileOf = ({ offset }: { offset: number }) =>
    Math.max(
      0,
      model.files.findLastIndex((file) => offset >= file.offset),
    );
  const regions = fileMap(model);
  const inFile = (run: Run) => run.offset - model.files[fileOf(run)].offset;
  const roles = TENSOR_ROLES.filter((role) => regions.some((region) => region.role === role));
  const file = (run: Run) => `file ${fileOf(run) + 1}`;
  return {
    title: 'The file',
    reading:
      'Where each part lies, from the first byte to the last; neighbours of one layer and kind are one piece. Experts of a layer are hundreds of slices in each of its pieces.',
    height: 160 + 46 * model.files.length,
    figure: figure(
      roles.map((role) => {
        const runs = regions
          .filter((region) => region.role === role)
          .map((region): Run => {
            const where = region.layer < 0 ? '' : `layer ${region.layer}, `;
            return { ...region, text: `${where}${(region.bytes / 1e6).toFixed(1)} MB at ${region.offset}` };
          });
        return bars(role, COLOURS[TENSOR_ROLES.indexOf(role) % COLOURS.length], file, runs, inFile, GB);
      }),
      axis('offset in the file (GB)', { rangemode: 'tozero' }),
      axis('', { type: 'category', autorange: 'reversed' }),
      { barmode: 'overlay', bargap: 0.25 },
    ),
  };
}

/** One MoE layer's stretch of the file with a few experts: one piece each, or a piece in each matrix. */
export function expertChart(model: Model): Chart | undefined {
  const layer = model.moeLayers[model.moeLayers.length >> 1];
  if (layer === undefined) return undefined;
  const shown = [0, Math.floor(model.experts / 3), model.experts - 1];
  const start = Math.min(
    ...shown.flatMap((expert) => model.expertExtents(layer, expert).map(({ offset }) => offset)),
  );
  const whole = fileMap(model).filter((region) => region.layer === layer && region.role === 'routed-experts');
  const run = (extent: { offset: number; bytes: number }): Run => ({
    ...extent,
    text: `${extent.bytes} B at ${extent.offset} (page ${extent.offset / 4096 === Math.floor(extent.offset / 4096) ? 'aligned' : 'not aligned'})`,
  });
  const from = ({ offset }: Run) => offset - start;
  const rows = shown.map((expert, i) => {
    const name = `expert ${expert}`;
    return bars(name, COLOURS[i], () => name, model.expertExtents(layer, expert).map(run), from, 1e6);
  });
  const all = bars('all experts', COLOURS[8], () => 'all experts', whole.map(run), from, 1e6);
  return {
    title: `Experts of layer ${layer}`,
    reading:
      'The pieces that one expert’s read consists of. Far pieces are requests of their own; neighbours can be one.',
    height: 330,
    figure: figure(
      [all, ...rows],
      axis('offset from the layer’s first expert (MB)', { rangemode: 'tozero' }),
      axis('', { type: 'category', autorange: 'reversed' }),
      { barmode: 'overlay', bargap: 0.3, showlegend: false },
    ),
  };
}

const CHOICES: readonly KvChoice[] = ['naive', 'mla-with-v', 'mla'];
const CONTEXTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => 256 * 2 ** i);

export function kvChart(model: Model): Chart {
  const latent = model.moeLayers.length >= 0 && layersOf(model).some((a) => a.kind === 'mla');
  const choices = latent ? CHOICES : (['naive'] as const);
  const bytes = (choice: KvChoice, tokens: number) =>
    layersOf(model).reduce((sum, attention) => sum + cacheBytes(attention, tokens, choice, 'F16'), 0);
  const lines = choices.map((choice) => CONTEXTS.map((tokens) => bytes(choice, tokens) / GB));
  return {
    title: 'KV cache',
    reading: 'Its size at F16 as the context grows: windows stop growing, linear attention does not grow.',
    height: 360,
    figure: figure(
      choices.map((choice, i) => ({
        type: 'scatter',
        mode: 'lines+markers',
        name: latent ? choice : 'KV cache',
        x: CONTEXTS,
        y: lines[i],
      })),
      logAxis('context (tokens)', CONTEXTS),
      logAxis('size (GB)', lines.flat()),
    ),
  };
}

const layersOf = (model: Model) =>
  Array.from({ length: model.layers }, (_, layer) => attentionOf(model.architecture, layer));

/** Experts that stay resident against memory. */
export function memoryChart(model: Model, kvBytes: number): Chart | undefined {
  if (model.experts === 0) return undefined;
  const most = model.fileBytes + kvBytes;
  const sizes = Array.from({ length: 41 }, (_, i) => (i / 40) * most * 1.02);
  const lines = sizes.map((memory) => 100 * fitIn(model, memory, kvBytes).residentShare);
  return {
    title: 'What fits',
    reading:
      'Share of the routed experts that memory holds beside trunk and KV cache. A uniform router hits that share; popularity and recency add to it.',
    height: 360,
    figure: figure(
      [{ type: 'scatter', mode: 'lines', name: 'resident experts', x: sizes.map((x) => x / GB), y: lines }],
      axis('memory for the model (GB)', { rangemode: 'tozero' }),
      axis('experts resident (%)', { range: [0, 101] }),
    ),
  };
}
