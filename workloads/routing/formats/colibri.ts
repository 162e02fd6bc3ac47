/**
 * colibri's ROUTE_TRACE (github.com/JustVugg/colibri, glm.c): `call row layer e:g e:g …`, one line a token and layer;
 * call counts forward calls, row is the position within one, e:g expert and gate weight.
 */
import type { RoutingFormat } from './format.ts';
import { TraceError } from './lines.ts';
import { blockRow, rowOrder } from './rows.ts';

const SHAPE = /^\d+ \d+ \d+( \d+:[-+.\deEnaif]+)+\s*$/;

export const colibri: RoutingFormat = {
  name: 'colibri',
  description: 'one token and layer a line: call row layer e:g e:g …',
  detect: (head) => SHAPE.test(head.split('\n', 1)[0]),
  parser: (sink, _header, file) => ({
    line(text, line) {
      if (text.trim() === '') return;
      if (!SHAPE.test(text)) throw new TraceError(file, line, text, '"call row layer e:g e:g …"');
      const [call, token, layer, ...pairs] = text.trim().split(' ');
      const experts = pairs.map((pair) => Number.parseInt(pair, 10));
      const weights = pairs.map((pair) => Number(pair.slice(pair.indexOf(':') + 1)));
      sink.row({ line, call, token, layer: Number(layer) }, experts, weights);
    },
  }),
  *write(blocks, header) {
    let call = 0;
    for (const block of blocks) {
      const prompt = block.phase === 'prefill';
      for (const [token, l] of rowOrder(block)) {
        const row = blockRow(block, header, token, l);
        if (!row) continue;
        const pairs = row.experts.map((id, k) => `${id}:${row.weights?.[k] ?? 1}`);
        yield `${prompt ? call : call + token} ${prompt ? token : 0} ${row.layer} ${pairs.join(' ')}`;
      }
      call += prompt ? 1 : block.tokens;
    }
  },
};
