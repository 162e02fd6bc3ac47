/** Routing traces in every format that people have: recognised by content, read in blocks of bounded size, written. */
import { emptyRouting, NOT_RECORDED, type RoutedTokens, rowOf } from '../routed-tokens.ts';
import { RowAssembler } from './assembler.ts';
import { bigmoe } from './bigmoe.ts';
import { colibri } from './colibri.ts';
import type { RoutingBlock, RoutingFormat, RoutingHeader } from './format.ts';
import { jsonl } from './jsonl.ts';
import { lattice } from './lattice.ts';
import { type Chunks, gunzipped, linesOf, peek, TraceError } from './lines.ts';
import { moeBeyond } from './moe-beyond.ts';
import { plainCsv } from './plain-csv.ts';
import { tensorTrace } from './tensor-trace.ts';

export type { RoutingBlock, RoutingFormat, RoutingHeader } from './format.ts';
export { type Chunks, TraceError } from './lines.ts';
export type { ObjectRequests } from './object-requests.ts';
export { readOracleGeneral, readU32, writeOracleGeneral, writeU32 } from './object-requests.ts';
export { readTensorAccesses, type TensorAccess, writeTensorTrace } from './tensor-trace.ts';

/** All formats, in the order in which they are tried. */
export const ROUTING_FORMATS: readonly RoutingFormat[] = [
  bigmoe,
  lattice,
  jsonl,
  colibri,
  moeBeyond,
  plainCsv,
  tensorTrace,
];

export interface ReadOptions {
  /** Named in errors. */
  readonly file: string;
  /** Name of a format; absent: recognised by content. */
  readonly format?: string;
  /** Experts of a layer; absent: what the trace says, else the highest id so far + 1. */
  readonly experts?: number;
  /** `loadRouting` stops reading once it holds this many accesses (2 bytes each); default: all. */
  readonly mostAccesses?: number;
}

/**
 * Blocks of whole tokens in recorded order; gzip is undone. Memory holds one chunk, one forward call and one block.
 * @param header filled with what the trace says about the model
 * @throws TraceError with file, line, what was found and what was expected
 */
export async function* readRouting(
  chunks: Chunks,
  options: ReadOptions,
  header: RoutingHeader = {},
): AsyncGenerator<RoutingBlock> {
  const { file } = options;
  if (options.experts !== undefined) header.experts = options.experts;
  const { head, rest } = await peek(gunzipped(chunks, file), 65_536);
  const format = chooseFormat(new TextDecoder().decode(head.subarray(0, 65_536)), options);
  const assembler = new RowAssembler(header, file);
  const parser = format.parser(assembler, header, file);
  let line = 0;
  for await (const lines of linesOf(rest, file)) {
    for (const text of lines) parser.line(text, ++line);
    yield* assembler.ready.splice(0);
  }
  parser.end?.();
  assembler.end();
  yield* assembler.ready.splice(0);
}

function chooseFormat(head: string, { file, format }: ReadOptions): RoutingFormat {
  const names = ROUTING_FORMATS.map(({ name }) => name).join(', ');
  const found = ROUTING_FORMATS.find((one) => (format ? one.name === format : one.detect(head)));
  if (found) return found;
  if (format) throw new TraceError(file, 'format', `"${format}"`, `one of ${names}`);
  const shown = head === '' ? 'an empty file' : JSON.stringify(head.slice(0, 60));
  throw new TraceError(file, 1, shown, `a routing trace in one of the formats ${names}`);
}

/** A whole trace in memory: 2 bytes an access. */
export interface RecordedRouting extends RoutedTokens {
  /** The trace's blocks, as views on the whole. */
  readonly blocks: readonly RoutingBlock[];
  readonly header: RoutingHeader;
  /** Nothing was left unread. */
  readonly complete: boolean;
}

/** @throws TraceError also when the trace holds no token */
export async function loadRouting(chunks: Chunks, options: ReadOptions): Promise<RecordedRouting> {
  const header: RoutingHeader = {};
  const parts: RoutingBlock[] = [];
  const { mostAccesses = Number.POSITIVE_INFINITY } = options;
  let accesses = 0;
  let complete = true;
  for await (const block of readRouting(chunks, options, header)) {
    complete = accesses < mostAccesses;
    if (!complete) break;
    parts.push(block);
    accesses += block.ids.length;
  }
  if (parts.length === 0) throw new TraceError(options.file, 'end', 'no token', 'at least one');
  const tokens = parts.reduce((sum, part) => sum + part.tokens, 0);
  const experts = parts.at(-1)!.experts;
  const weighted = parts.some((part) => part.weights);
  const whole = emptyRouting(tokens, { ...parts[0], experts }, weighted);
  whole.weights?.fill(Number.NaN);
  let from = 0;
  const blocks = parts.map((part): RoutingBlock => {
    const at = rowOf(whole, from, 0);
    whole.ids.set(part.ids, at);
    if (part.weights) whole.weights?.set(part.weights, at);
    from += part.tokens;
    const end = at + part.ids.length;
    return { ...part, experts, ids: whole.ids.subarray(at, end) };
  });
  return { ...whole, blocks, header, complete };
}

/** The tokens of the blocks that are chosen, in recorded order. */
export function chosenTokens(
  recorded: RecordedRouting,
  chosen: (block: RoutingBlock) => boolean,
): RoutedTokens {
  const parts = recorded.blocks.filter(chosen);
  const tokens = parts.reduce((sum, part) => sum + part.tokens, 0);
  const whole = emptyRouting(tokens, recorded);
  let at = 0;
  for (const part of parts) {
    whole.ids.set(part.ids, at);
    at += part.ids.length;
  }
  return whole;
}

/** The generated tokens alone. @throws RangeError unless they have a choice at every layer */
export function decodeTokens(recorded: RecordedRouting): RoutedTokens {
  const whole = chosenTokens(recorded, ({ phase }) => phase === 'decode');
  if (whole.ids.includes(NOT_RECORDED)) throw new RangeError('a generated token lacks a layer');
  return whole;
}

/** Lines of a trace in the named format, each with its line end. @throws RangeError for an unknown name */
export function* writeRouting(
  name: string,
  blocks: Iterable<RoutingBlock>,
  header: RoutingHeader = {},
): Generator<string> {
  const format = ROUTING_FORMATS.find((one) => one.name === name);
  if (!format) {
    const names = ROUTING_FORMATS.map((one) => one.name).join(', ');
    throw new RangeError(`routing format "${name}" is unknown; allowed: ${names}`);
  }
  for (const line of format.write(blocks, header)) yield `${line}\n`;
}
