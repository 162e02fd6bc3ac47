/**
 * Gathers a trace's rows (one token at one layer) into blocks of whole tokens.
 *
 * Engines run a forward call layer by layer, so a call ends where the layer number falls, or where the format's own call
 * number changes; within a call rows come token by token or layer by layer. Only one call and one block are in memory.
 */
import { NOT_RECORDED } from '../routed-tokens.ts';
import { BlockBuilder } from './block-builder.ts';
import type { RoutingBlock, RoutingHeader, RowPlace, RowSink } from './format.ts';
import { TraceError } from './lines.ts';

/** Tokens of a block of generated tokens; a prompt is one block of its own. */
const BLOCK_TOKENS = 1024;

export class RowAssembler implements RowSink {
  /** Complete blocks, for the reader to take. */
  readonly ready: RoutingBlock[] = [];
  readonly header: RoutingHeader;
  private readonly file: string;
  private readonly layerIndex = new Map<number, number>();
  private topK = 0;
  private highest = 0;
  /** Rows of the call being read: columns, since an object a row is half the cost of reading. */
  private rows = 0;
  private readonly token: number[] = [];
  private readonly layer: number[] = [];
  private readonly line: number[] = [];
  private readonly experts: number[] = [];
  private readonly weights: number[] = [];
  private readonly hits: number[] = [];
  private readonly tokenIndex = new Map<number | string, number>();
  private call: RowPlace['call'];
  private phase: RowPlace['phase'];
  private turn = 0;
  private lastToken: RowPlace['token'] = 0;
  private lastIndex = 0;
  private decode: BlockBuilder | undefined;

  constructor(header: RoutingHeader, file: string) {
    this.header = header;
    this.file = file;
  }

  row(at: RowPlace, experts: ArrayLike<number>, weights?: ArrayLike<number>, hits?: ArrayLike<number>): void {
    if (this.rows > 0 && this.beginsCall(at)) this.closeCall();
    this.check(at, experts);
    if (this.rows === 0) {
      this.call = at.call;
      this.phase = at.phase;
      this.turn = at.turn ?? 0;
    }
    this.token[this.rows] = this.indexOfToken(at.token);
    this.layer[this.rows] = at.layer;
    this.line[this.rows] = at.line;
    const { topK } = this;
    for (let k = 0, i = this.rows * topK; k < topK; k++, i++) {
      this.experts[i] = experts[k];
      if (weights) this.weights[i] = weights[k];
      if (hits) this.hits[i] = hits[k];
    }
    this.rows++;
  }

  /** No further row comes. @throws TraceError when the last token is cut off */
  end(): void {
    if (this.rows > 0) this.closeCall(true);
    this.flushDecode();
  }

  private beginsCall(at: RowPlace): boolean {
    if (at.call !== this.call || at.phase !== this.phase || (at.turn ?? 0) !== this.turn) return true;
    if (at.call !== undefined) return false;
    const layer = this.layer[this.rows - 1];
    return at.layer < layer || (at.layer === layer && at.token === this.lastToken);
  }

  private indexOfToken(label: RowPlace['token']): number {
    if (this.rows > 0 && label === this.lastToken) return this.lastIndex;
    let index = this.tokenIndex.get(label);
    if (index === undefined) {
      index = this.tokenIndex.size;
      this.tokenIndex.set(label, index);
    }
    this.lastToken = label;
    this.lastIndex = index;
    return index;
  }

  private check(at: RowPlace, experts: ArrayLike<number>): void {
    this.topK ||= experts.length;
    const fail = (found: string, expected: string) => {
      throw new TraceError(this.file, at.line, found, expected);
    };
    if (!Number.isInteger(at.layer) || at.layer < 0) fail(`layer ${at.layer}`, 'a layer number from 0');
    if (experts.length !== this.topK || this.topK === 0) {
      fail(`${experts.length} experts`, `${this.topK || 'at least 1'} as in the rows before`);
    }
    const allowed = Math.min(this.header.experts ?? NOT_RECORDED, NOT_RECORDED);
    for (let k = 0; k < experts.length; k++) {
      const id = experts[k];
      if (!(Number.isInteger(id) && id >= 0 && id < allowed)) fail(`expert ${id}`, `0 to ${allowed - 1}`);
      for (let j = 0; j < k; j++) if (experts[j] === id) fail(`expert ${id} twice`, 'distinct experts');
      if (id >= this.highest) this.highest = id + 1;
    }
  }

  private closeCall(atEnd = false): void {
    if (this.layerIndex.size === 0) this.learnLayers();
    const tokens = this.tokenIndex.size;
    const { turn } = this;
    const phase = this.phase ?? (tokens > 1 ? 'prefill' : 'decode');
    if (phase === 'prefill' || this.decode?.full || this.decode?.turn !== turn) this.flushDecode();
    if (phase === 'prefill') {
      const prompt = this.builder(phase, turn, tokens);
      this.fill(prompt, tokens);
      this.ready.push(this.take(prompt));
    } else {
      this.decode ??= this.builder(phase, turn, BLOCK_TOKENS);
      this.fill(this.decode, tokens);
    }
    this.checkComplete(tokens, phase, atEnd);
    this.rows = 0;
    this.weights.length = 0;
    this.hits.length = 0;
    this.tokenIndex.clear();
  }

  private learnLayers(): void {
    this.header.layers ??= [...new Set(this.layer.slice(0, this.rows))].sort((a, b) => a - b);
    this.header.layers.forEach((layer, i) => {
      this.layerIndex.set(layer, i);
    });
  }

  /** A generated token, and the last of a trace, has a row at each layer; in a prompt some layers may route fewer. */
  private checkComplete(tokens: number, phase: string, atEnd: boolean): void {
    if (phase === 'prefill' && !atEnd) return;
    const layers = this.header.layers!.length;
    let present = 0;
    for (let r = 0; r < this.rows; r++) if (this.token[r] === tokens - 1) present++;
    if (present === layers) return;
    const found = `a token with ${present} layers`;
    throw new TraceError(
      this.file,
      this.line[this.rows - 1],
      found,
      `${layers} layers (is the trace cut off?)`,
    );
  }

  private fill(target: BlockBuilder, tokens: number): void {
    const start = target.tokens;
    target.tokens += tokens;
    for (let r = 0; r < this.rows; r++) {
      const layer = this.layerIndex.get(this.layer[r]);
      if (layer === undefined) {
        const known = this.header.layers!;
        const expected = `one of the ${known.length} layers seen before (${known[0]} to ${known.at(-1)})`;
        throw new TraceError(this.file, this.line[r], `layer ${this.layer[r]}`, expected);
      }
      target.set(start + this.token[r], layer, r * this.topK, this.experts, this.weights, this.hits);
    }
  }

  private builder(phase: RoutingBlock['phase'], turn: number, room: number): BlockBuilder {
    return new BlockBuilder(phase, turn, this.header.layers!.length, this.topK, room);
  }

  private take(block: BlockBuilder): RoutingBlock {
    return block.take(this.header.experts ?? this.highest);
  }

  private flushDecode(): void {
    if (this.decode) this.ready.push(this.take(this.decode));
    this.decode = undefined;
  }
}
