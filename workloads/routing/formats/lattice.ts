/**
 * lattice's routing trace: NDJSON of `{layer_idx, token_idx, selected_ids, gate_weights}`, one record a token and layer,
 * prompts layer by layer (github.com/ohdearquant/lattice pull 920). Further keys are ignored, as its own reader does.
 */
import type { RoutingFormat } from './format.ts';
import { parseObject } from './jsonl.ts';
import { TraceError } from './lines.ts';
import { blockRow, rowOrder } from './rows.ts';

interface Record {
  layer_idx?: unknown;
  token_idx?: unknown;
  selected_ids?: unknown;
  gate_weights?: unknown;
}

export const lattice: RoutingFormat = {
  name: 'lattice',
  description: 'one token and layer a line: {"layer_idx", "token_idx", "selected_ids", "gate_weights"}',
  detect: (head) => /^\s*\{[^\n]*"selected_ids"/.test(head),
  parser: (sink, _header, file) => ({
    line(text, line) {
      if (text.trim() === '') return;
      const record = parseObject(text, file, line) as Record;
      const { layer_idx: layer, token_idx: token, selected_ids: experts, gate_weights: weights } = record;
      const listed = Array.isArray(experts) && (weights === undefined || Array.isArray(weights));
      if (typeof layer !== 'number' || typeof token !== 'number' || !listed) {
        throw new TraceError(file, line, text, 'layer_idx, token_idx, selected_ids and gate_weights');
      }
      const known = Array.isArray(weights) && weights.length > 0;
      if (known && weights.length !== experts.length) {
        throw new TraceError(
          file,
          line,
          `${weights.length} gate_weights`,
          `${experts.length}, one for each expert`,
        );
      }
      sink.row({ line, token, layer }, experts, known ? weights : undefined);
    },
  }),
  *write(blocks, header) {
    let first = 0;
    for (const block of blocks) {
      for (const [token, l] of rowOrder(block)) {
        const row = blockRow(block, header, token, l);
        if (!row) continue;
        const { layer, experts, weights } = row;
        yield JSON.stringify({
          layer_idx: layer,
          token_idx: first + token,
          selected_ids: experts,
          gate_weights: weights ?? [],
        });
      }
      first += block.tokens;
    }
  },
};
