/**
 * MoE-Beyond's activation logs of DeepSeek-V2-Lite (github.com/ngavhane/moe-beyond, generate_deepseek_logs*.py): one CSV
 * a prompt, `Layer ID,Batch Number,Token,Activated Expert IDs[,Token Embedding Vector]`, layer by layer; the ids are a
 * quoted Python list; the token is its text, quoted where CSV needs it (RFC 4180).
 *
 * Tokens have no number: the n-th row of a layer is the n-th token. A text token may hold a line end inside quotes.
 */
import type { RoutingFormat, RowParser, RowSink } from './format.ts';
import { TraceError } from './lines.ts';
import { blockRow } from './rows.ts';

const HEADER = 'Layer ID,Batch Number,Token,Activated Expert IDs';

export const moeBeyond: RoutingFormat = {
  name: 'moe-beyond',
  description: `MoE-Beyond activation log, one CSV a prompt: ${HEADER}`,
  detect: (head) => head.startsWith(HEADER),
  parser: (sink, _header, file) => new MoeBeyondParser(sink, file),
  *write(blocks, header) {
    const list = [...blocks];
    yield HEADER;
    for (let l = 0; l < list[0].layers; l++) {
      for (const block of list) {
        for (let token = 0; token < block.tokens; token++) {
          const row = blockRow(block, header, token, l);
          if (row) yield `${row.layer},0,,"[${row.experts.join(', ')}]"`;
        }
      }
    }
  },
};

class MoeBeyondParser implements RowParser {
  private readonly sink: RowSink;
  private readonly file: string;
  private record = '';
  private started = false;
  private layer = -1;
  private batch = '';
  private token = 0;

  constructor(sink: RowSink, file: string) {
    this.sink = sink;
    this.file = file;
  }

  line(text: string, line: number): void {
    if (!this.started) {
      if (!text.startsWith(HEADER)) throw new TraceError(this.file, line, text, HEADER);
      this.started = true;
      return;
    }
    this.record = this.record === '' ? text : `${this.record}\n${text}`;
    const open = (this.record.split('"').length - 1) % 2 === 1;
    if (open || this.record.trim() === '') return;
    this.take(this.record, line);
    this.record = '';
  }

  end(): void {
    if (this.record.trim() !== '') throw new TraceError(this.file, 'end', this.record, 'a closing quote');
  }

  private take(record: string, line: number): void {
    const parts = /^(\d+),(\d+),(?:"(?:[^"]|"")*"|[^,"]*),"?\[([\d,\s]+)\]"?(?:,|\s*$)/.exec(record);
    if (!parts) throw new TraceError(this.file, line, record, `${HEADER}, ids as [1, 2, …]`);
    const layer = Number(parts[1]);
    this.token = layer === this.layer && parts[2] === this.batch ? this.token + 1 : 0;
    this.layer = layer;
    this.batch = parts[2];
    this.sink.row({ line, token: `${this.batch}:${this.token}`, layer }, parts[3].split(',').map(Number));
  }
}
