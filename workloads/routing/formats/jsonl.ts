/**
 * `{tok, layers}` JSONL: one token a line, `layers[l]` the experts it chose at layer l (an empty list: a dense layer).
 * Published with recordings of OLMoE-1B-7B and others; as much of it as a reader needs is the two keys.
 */
import type { RoutingFormat } from './format.ts';
import { TraceError } from './lines.ts';
import { blockRows } from './rows.ts';

export const jsonl: RoutingFormat = {
  name: 'jsonl',
  description: 'one token a line: {"tok": 1, "layers": [[6, 8, …], …]}',
  detect: (head) => /^\s*\{[^\n]*"layers"\s*:\s*\[\s*\[/.test(head),
  parser: (sink, _header, file) => ({
    line(text, line) {
      if (text.trim() === '') return;
      const layers = (parseObject(text, file, line) as { layers?: unknown }).layers;
      if (!Array.isArray(layers)) throw new TraceError(file, line, text, 'an object with a list "layers"');
      for (let layer = 0; layer < layers.length; layer++) {
        const experts = layers[layer];
        if (!Array.isArray(experts))
          throw new TraceError(file, line, `layer ${layer} ${experts}`, 'a list of ids');
        // The line is the call: a token a line, whatever its own number says.
        if (experts.length > 0) sink.row({ line, call: line, token: 0, layer }, experts);
      }
    },
  }),
  *write(blocks, header) {
    let tok = 0;
    for (const block of blocks) {
      const depth = (header.layers?.at(-1) ?? block.layers - 1) + 1;
      for (let token = 0; token < block.tokens; token++) {
        const layers: number[][] = Array.from({ length: depth }, () => []);
        for (const row of blockRows(block, header, token)) layers[row.layer] = row.experts;
        yield JSON.stringify({ tok: ++tok, layers });
      }
    }
  },
};

/** @throws TraceError unless the line is one JSON object */
export function parseObject(text: string, file: string, line: number): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TraceError(file, line, text, 'one JSON object a line');
  }
  if (typeof value !== 'object' || value === null) throw new TraceError(file, line, text, 'a JSON object');
  return value;
}
