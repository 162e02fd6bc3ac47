/** What a routing trace format is: how it is recognised, read in blocks of whole tokens, and written. */
import type { RoutedTokens } from '../routed-tokens.ts';

/** A run of consecutive tokens of one phase, as the recording has them. */
export interface RoutingBlock extends RoutedTokens {
  /** Tokens of a prompt (routed together, layer by layer), or generated one at a time. */
  readonly phase: 'prefill' | 'decode';
  /** Turn of a conversation, from 0. */
  readonly turn: number;
  /** The recording engine's own cache: 1 hit, 0 miss, beside `ids`. */
  readonly hits?: Uint8Array;
}

/** What a trace says about the model, where it says so. */
export interface RoutingHeader {
  /** Bytes of one expert, by MoE layer. */
  expertBytes?: number[];
  /** Routed experts of a layer. */
  experts?: number;
  /** The model's own numbers of its MoE layers, ascending. */
  layers?: number[];
  model?: string;
}

/** One choice of a router as text formats have it: the assembler gathers them into tokens. */
export interface RowSink {
  /**
   * @param token any label that tells apart the tokens of one forward call
   * @param layer the model's own layer number
   */
  row(at: RowPlace, experts: ArrayLike<number>, weights?: ArrayLike<number>, hits?: ArrayLike<number>): void;
}

export interface RowPlace {
  /** Line number, from 1. */
  line: number;
  /** Changes when a new forward call begins; absent: a falling layer number begins one. */
  call?: number | string;
  token: number | string;
  layer: number;
  phase?: 'prefill' | 'decode';
  turn?: number;
}

/** Turns lines into rows. */
export interface RowParser {
  line(text: string, number: number): void;
  /** Called after the last line. */
  end?(): void;
}

export interface RoutingFormat {
  readonly name: string;
  readonly description: string;
  /** Whether a trace that begins with this text (at most 64 KiB) is of this format. */
  detect(head: string): boolean;
  parser(sink: RowSink, header: RoutingHeader, file: string): RowParser;
  /** Lines without their ends. */
  write(blocks: Iterable<RoutingBlock>, header: RoutingHeader): Generator<string>;
}
