/**
 * BigMoeOnEdge route trace v1 (docs/telemetry.md of github.com/Helldez/BigMoeOnEdge): a `#` preamble with the model and,
 * per layer, the bytes of one expert; then CSV, one row a routed expert:
 * `turn,phase,step,layer,slot,expert,weight,residency,expert_bytes`. Columns are append-only: read by name.
 *
 * phase 0 is prefill (a prompt layer by layer), 1 decode; residency 0 is a miss of the engine's own cache, 1 a hit, 2 a
 * hit on a prefetched expert's first touch. The last layer of a prompt routes only the prompt's last token.
 */
import type { RoutingShape } from '../routed-tokens.ts';
import type { RoutingFormat, RoutingHeader, RowParser, RowPlace, RowSink } from './format.ts';
import { TraceError } from './lines.ts';
import { blockRow, rowOrder } from './rows.ts';

const COLUMNS = 'turn,phase,step,layer,slot,expert,weight,residency,expert_bytes';
const NEEDED = ['turn', 'phase', 'step', 'layer', 'slot', 'expert', 'weight', 'residency'] as const;

export const bigmoe: RoutingFormat = {
  name: 'bigmoe',
  description: 'BigMoeOnEdge --route-trace: # preamble, then CSV with one row a routed expert',
  detect: (head) => head.startsWith('# route_trace v1'),
  parser: (sink, header, file) => new BigMoeParser(sink, header, file),
  *write(blocks, header) {
    const bytesOf = (layer: number) => header.expertBytes?.[header.layers?.indexOf(layer) ?? layer] ?? 0;
    let step = 0;
    let started = false;
    for (const block of blocks) {
      if (!started) yield* preamble(block, header, bytesOf);
      started = true;
      for (const [token, l] of rowOrder(block)) {
        const row = blockRow(block, header, token, l);
        const start = `${block.turn},${block.phase === 'prefill' ? 0 : 1},${step + token},${row?.layer}`;
        for (let k = 0; row && k < block.topK; k++) {
          const hit = row.hits?.[k] ?? 0;
          const bytes = hit ? 0 : bytesOf(row.layer);
          yield `${start},${k},${row.experts[k]},${row.weights?.[k] ?? 'nan'},${hit},${bytes}`;
        }
      }
      step += block.tokens;
    }
  },
};

function* preamble(
  { layers, experts, topK }: RoutingShape,
  header: RoutingHeader,
  bytesOf: (layer: number) => number,
): Generator<string> {
  const depth = (header.layers?.at(-1) ?? layers - 1) + 1;
  yield '# route_trace v1';
  yield `# model=${header.model ?? '?'} arch=? n_layer=${depth} n_expert=${header.experts ?? experts} n_expert_used=${topK}`;
  for (let l = 0; l < depth; l++) yield `# layer=${l} expert_bytes=${bytesOf(l)} dense_bytes=0`;
  yield COLUMNS;
}

class BigMoeParser implements RowParser {
  private readonly sink: RowSink;
  private readonly header: RoutingHeader;
  private readonly file: string;
  private column: Record<string, number> | undefined;
  private place: RowPlace | undefined;
  private readonly experts: number[] = [];
  private readonly weights: number[] = [];
  private readonly hits: number[] = [];

  constructor(sink: RowSink, header: RoutingHeader, file: string) {
    this.sink = sink;
    this.header = header;
    this.file = file;
  }

  line(text: string, line: number): void {
    if (text.startsWith('#')) this.preamble(text);
    else if (this.column) this.expert(text.split(','), line, text);
    else if (text.trim() !== '') this.columns(text, line);
  }

  private expert(fields: string[], line: number, text: string): void {
    if (text.trim() === '') return;
    const value = (name: (typeof NEEDED)[number]) => this.value(fields[this.column![name]], name, line, text);
    const slot = value('slot');
    const layer = value('layer');
    if (slot === 0) this.flush();
    if (slot !== this.experts.length || (this.place && this.place.layer !== layer)) {
      throw new TraceError(this.file, line, `slot ${slot} of layer ${layer}`, `slot ${this.experts.length}`);
    }
    if (!this.place) {
      const token = value('step');
      const phase = value('phase') === 0 ? 'prefill' : 'decode';
      // A prompt may be cut into several calls; a generated token is a call.
      const call = phase === 'decode' ? token : undefined;
      this.place = { line, call, token, layer, phase, turn: value('turn') };
    }
    this.experts.push(value('expert'));
    this.weights.push(value('weight'));
    this.hits.push(value('residency') > 0 ? 1 : 0);
  }

  private value(field: string | undefined, name: string, line: number, text: string): number {
    const number = field ? Number(field) : Number.NaN;
    if (Number.isNaN(number) && field !== 'nan' && field !== '-nan') {
      throw new TraceError(this.file, line, `${name} "${field ?? ''}" in ${text}`, COLUMNS);
    }
    return number;
  }

  end(): void {
    this.flush();
  }

  private flush(): void {
    if (this.place) this.sink.row(this.place, this.experts, this.weights, this.hits);
    this.place = undefined;
    this.experts.length = 0;
    this.weights.length = 0;
    this.hits.length = 0;
  }

  private preamble(text: string): void {
    const pairs = Object.fromEntries(
      [...text.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]),
    );
    if (pairs.model) this.header.model = pairs.model;
    if (pairs.n_expert) this.header.experts = Number(pairs.n_expert);
    if (pairs.layer && Number(pairs.expert_bytes) > 0) {
      this.header.layers = [...(this.header.layers ?? []), Number(pairs.layer)];
      this.header.expertBytes = [...(this.header.expertBytes ?? []), Number(pairs.expert_bytes)];
    }
  }

  private columns(text: string, line: number): void {
    const fields = text.trim().split(',');
    const missing = NEEDED.filter((name) => !fields.includes(name));
    if (missing.length > 0) throw new TraceError(this.file, line, text, `columns ${COLUMNS}`);
    this.column = Object.fromEntries(fields.map((name, i) => [name, i]));
  }
}
