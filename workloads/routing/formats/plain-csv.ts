/**
 * Plain CSV with a header: `token,layer,e0,e1,…`, one token and layer a row, optionally `batch_pos` (position within one
 * forward call, of which `token` is then the number). Lines that begin with # are comments.
 */
import type { RoutingFormat, RowParser, RowSink } from './format.ts';
import { TraceError } from './lines.ts';
import { blockRow, rowOrder } from './rows.ts';

const HEADER = /^token(,batch_pos)?,layer(,e\d+)+\s*$/;

export const plainCsv: RoutingFormat = {
  name: 'csv',
  description: 'one token and layer a row: token[,batch_pos],layer,e0,e1,…',
  detect: (head) => HEADER.test(head.split('\n').find((text) => !text.startsWith('#')) ?? ''),
  parser: (sink, _header, file) => new PlainCsvParser(sink, file),
  *write(blocks, header) {
    let call = 0;
    let started = false;
    for (const block of blocks) {
      if (!started)
        yield `token,batch_pos,layer,${Array.from({ length: block.topK }, (_, k) => `e${k}`).join(',')}`;
      started = true;
      const prompt = block.phase === 'prefill';
      for (const [token, l] of rowOrder(block)) {
        const row = blockRow(block, header, token, l);
        if (!row) continue;
        yield `${prompt ? call : call + token},${prompt ? token : 0},${row.layer},${row.experts.join(',')}`;
      }
      call += prompt ? 1 : block.tokens;
    }
  },
};

class PlainCsvParser implements RowParser {
  private readonly sink: RowSink;
  private readonly file: string;
  private width = 0;
  private batched = false;
  private readonly fields: number[] = [];

  constructor(sink: RowSink, file: string) {
    this.sink = sink;
    this.file = file;
  }

  line(text: string, line: number): void {
    if (text === '' || text === '\r' || text.startsWith('#')) return;
    if (this.width === 0) {
      if (!HEADER.test(text))
        throw new TraceError(this.file, line, text, 'a header "token[,batch_pos],layer,e0,e1,…"');
      this.width = text.split(',').length;
      this.batched = text.includes('batch_pos');
      return;
    }
    const fields = this.fields;
    const batched = this.batched;
    if (!wholeNumbers(text, fields) || fields.length !== this.width) {
      throw new TraceError(this.file, line, text, `${this.width} whole numbers`);
    }
    const token = fields[batched ? 1 : 0];
    const place = { line, call: batched ? fields[0] : undefined, token, layer: fields[batched ? 2 : 1] };
    this.sink.row(place, fields.slice(batched ? 3 : 2));
  }
}

/** Comma-separated digits into `into`, digit by digit: the hot loop of reading a large trace. */
function wholeNumbers(text: string, into: number[]): boolean {
  into.length = 0;
  let value = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      value = value * 10 + code - 48;
      digits++;
    } else if (code === 44) {
      if (digits === 0) return false;
      into.push(value);
      value = 0;
      digits = 0;
    } else if (!(code === 13 && i === text.length - 1)) return false;
  }
  if (digits === 0) return false;
  into.push(value);
  return true;
}
