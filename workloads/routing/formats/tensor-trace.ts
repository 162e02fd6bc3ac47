/**
 * Tensor trace of an instrumented llama.cpp (github.com/ErsjanKeri/BSC, tensor-tracing: format_version "1024-byte"): JSON
 * `{metadata, entries: [{timestamp_ns, token_id, layer_id, phase, operation_type, dst_name, sources: [{name, size_bytes,
 * memory_source, disk_offset}], expert_ids, num_experts}]}`, one entry a ggml operation, usually one file a token.
 * size_bytes of an expert tensor is the whole 3-D tensor, of which only the slices of `expert_ids` are read.
 *
 * Routing is taken from generated tokens alone: the recording keeps at most 16 ids of an operation, so a prompt's are
 * cut. Each MoE layer has three such operations (gate, up, down) with one choice; the first counts.
 */
import type { RoutingFormat, RowParser, RowSink } from './format.ts';
import { type Chunks, gunzipped, linesOf, TraceError } from './lines.ts';
import { blockRow } from './rows.ts';

/** One operation on tensors that lie in the model file. */
export interface TensorAccess {
  /** Nanoseconds of the recording's clock. */
  timeNs: number;
  token: number;
  /** Absent for embeddings and head. */
  layer?: number;
  phase: 'prefill' | 'decode';
  /** ggml's name: MUL_MAT, MUL_MAT_ID, GET_ROWS, … */
  operation: string;
  /** Weights read: file offset and size in bytes of each whole tensor. */
  tensors: { name: string; offset: number; bytes: number }[];
  /** Experts whose slices are read; empty where the whole tensor is. */
  experts: number[];
}

/** All operations of a trace in order, streamed; several files may follow one another. */
export async function* readTensorAccesses(chunks: Chunks, file: string): AsyncGenerator<TensorAccess> {
  const found: TensorAccess[] = [];
  const splitter = new EntrySplitter(file, (access) => found.push(access));
  let line = 0;
  for await (const lines of linesOf(gunzipped(chunks, file), file)) {
    for (const text of lines) splitter.text(text, ++line);
    yield* found.splice(0);
  }
  splitter.end();
}

export const tensorTrace: RoutingFormat = {
  name: 'tensor-trace',
  description:
    'tensor trace JSON of an instrumented llama.cpp: operations with tensors, offsets and expert ids',
  detect: (head) => /^\s*\{/.test(head) && /"(entries|metadata)"\s*:/.test(head),
  parser: (sink, _header, file) => new TensorTraceParser(sink, file),
  *write(blocks, header) {
    let token = 0;
    let timeNs = 0;
    const accesses: TensorAccess[] = [];
    for (const block of blocks) {
      for (let t = 0; t < block.tokens; t++, token++) {
        for (let l = 0; l < block.layers; l++) {
          const row = blockRow(block, header, t, l);
          if (!row) continue;
          const { layer, experts } = row;
          const tensors = [{ name: `blk.${layer}.ffn_up_exps.weight`, offset: 0, bytes: 0 }];
          accesses.push({
            timeNs: timeNs++,
            token,
            layer,
            phase: 'decode',
            operation: 'MUL_MAT_ID',
            tensors,
            experts,
          });
        }
      }
    }
    yield* writeTensorTrace(accesses);
  },
};

/** Lines of a trace with these operations. */
export function* writeTensorTrace(accesses: readonly TensorAccess[]): Generator<string> {
  const start = accesses[0]?.timeNs ?? 0;
  const duration = ((accesses.at(-1)?.timeNs ?? 0) - start) / 1e6;
  const metadata = {
    total_entries: accesses.length,
    duration_ms: duration,
    timestamp_start_ns: start,
    format_version: '1024-byte',
  };
  yield `{"metadata": ${JSON.stringify(metadata)}, "entries": [`;
  for (let i = 0; i < accesses.length; i++) {
    const { timeNs, token, layer, phase, operation, tensors, experts } = accesses[i];
    const entry = {
      entry_id: i,
      timestamp_ns: timeNs,
      timestamp_relative_ms: (timeNs - start) / 1e6,
      token_id: token,
      layer_id: layer ?? null,
      thread_id: 0,
      phase: phase === 'prefill' ? 'PROMPT' : 'GENERATE',
      operation_type: operation,
      dst_name: '',
      num_sources: tensors.length,
      sources: tensors.map(({ name, offset, bytes }) => ({
        name,
        tensor_ptr: '0x0',
        size_bytes: bytes,
        layer_id: layer ?? null,
        memory_source: 'DISK',
        disk_offset: offset,
      })),
      expert_ids: experts,
      num_experts: experts.length,
    };
    yield JSON.stringify(entry) + (i + 1 < accesses.length ? ',' : '');
  }
  yield ']}';
}

class TensorTraceParser implements RowParser {
  private readonly splitter: EntrySplitter;
  private last = '';

  constructor(sink: RowSink, file: string) {
    this.splitter = new EntrySplitter(file, ({ token, layer, phase, experts }, line) => {
      if (layer === undefined || phase === 'prefill' || experts.length === 0) return;
      const key = `${token}:${layer}`;
      if (key !== this.last) sink.row({ line, call: token, token, layer, phase }, experts);
      this.last = key;
    });
  }

  line(text: string, number: number): void {
    this.splitter.text(text, number);
  }

  end(): void {
    this.splitter.end();
  }
}

/** Cuts the entries (objects at depth 3) out of JSON text that may come in any pieces, and reads each. */
class EntrySplitter {
  private readonly file: string;
  private readonly found: (access: TensorAccess, line: number) => void;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private entry = '';
  private lines = 0;

  constructor(file: string, found: (access: TensorAccess, line: number) => void) {
    this.file = file;
    this.found = found;
  }

  text(text: string, line: number): void {
    this.lines = line;
    let from = this.depth >= ENTRY_DEPTH ? 0 : -1;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (c === '\\') this.escaped = true;
        else if (c === '"') this.inString = false;
      } else if (c === '"') this.inString = true;
      else if (c === '{' || c === '[') {
        if (++this.depth === ENTRY_DEPTH) from = i;
      } else if (c === '}' || c === ']') {
        if (this.depth-- === ENTRY_DEPTH) {
          this.take(this.entry + text.slice(from, i + 1), line);
          this.entry = '';
          from = -1;
        }
      }
    }
    if (from >= 0) this.entry += text.slice(from);
  }

  end(): void {
    if (this.depth !== 0) {
      throw new TraceError(
        this.file,
        this.lines,
        `the end of the file inside ${this.depth} brackets`,
        'complete JSON',
      );
    }
  }

  private take(text: string, line: number): void {
    let entry: RawEntry;
    try {
      entry = JSON.parse(text) as RawEntry;
    } catch {
      throw new TraceError(this.file, line, text, 'a JSON entry');
    }
    if (entry.operation_type === undefined) return;
    if (typeof entry.timestamp_ns !== 'number' || typeof entry.token_id !== 'number') {
      throw new TraceError(this.file, line, text, 'an entry with timestamp_ns and token_id');
    }
    const tensors = (entry.sources ?? [])
      .filter(({ memory_source }) => memory_source === 'DISK')
      .map(({ name, disk_offset, size_bytes }) => ({ name, offset: disk_offset ?? 0, bytes: size_bytes }));
    const phase = entry.phase === 'PROMPT' ? 'prefill' : 'decode';
    const layer = entry.layer_id ?? undefined;
    const experts = entry.operation_type === 'MUL_MAT_ID' ? (entry.expert_ids ?? []) : [];
    const { timestamp_ns: timeNs, token_id: token, operation_type: operation } = entry;
    this.found({ timeNs, token, layer, phase, operation, tensors, experts }, line);
  }
}

/** {…: [{ is the third bracket. */
const ENTRY_DEPTH = 3;

interface RawEntry {
  timestamp_ns: number;
  token_id: number;
  layer_id?: number | null;
  phase?: string;
  operation_type?: string;
  sources?: { name: string; size_bytes: number; memory_source?: string; disk_offset?: number }[];
  expert_ids?: number[];
}
