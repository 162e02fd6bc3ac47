/** Reads a recorded routing for the `routing` commands: which of its tokens count, and what was left out. */
import { createReadStream } from 'node:fs';
import {
  chosenTokens,
  loadRouting,
  type RecordedRouting,
  type RoutingBlock,
} from '../../workloads/routing/formats/index.ts';
import type { RoutedTokens } from '../../workloads/routing/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { unreadable } from '../load/text.ts';
import { integer } from '../report/format.ts';

export const PHASES = ['decode', 'prefill', 'all'] as const;
export type Phase = (typeof PHASES)[number];

export interface RoutingInput {
  /** Absent: recognised by content. */
  readonly format?: string;
  /** Experts of a layer; absent: what the trace says, else its highest id + 1. */
  readonly experts?: number;
  /** Absent: the generated tokens where there are any, else all. */
  readonly phase?: Phase;
  /** Only the first of them. */
  readonly tokens?: number;
}

/** Accesses held of a trace: about 1 GB with the statistics' own arrays. What comes after is left unread. */
const MOST_ACCESSES = 40e6;

/** The whole trace. @throws InputError */
export async function loadTrace(
  file: string,
  { format, experts }: RoutingInput,
  mostAccesses = Number.POSITIVE_INFINITY,
): Promise<RecordedRouting> {
  const chunks = file === '-' ? process.stdin : createReadStream(file);
  try {
    return await loadRouting(chunks, { file, format, experts, mostAccesses });
  } catch (error) {
    const reason = unreadable(file, 'a routing trace', error);
    throw reason instanceof InputError ? reason : new InputError(messageOf(error));
  }
}

export interface ChosenRouting {
  readonly recorded: RecordedRouting;
  readonly phase: Phase;
  /** The tokens of that phase. */
  readonly routed: RoutedTokens;
  readonly warnings: string[];
}

/** The tokens of a trace that a command is about. @throws InputError */
export async function chosenRouting(file: string, input: RoutingInput): Promise<ChosenRouting> {
  const recorded = await loadTrace(file, input, MOST_ACCESSES);
  const has = (phase: RoutingBlock['phase']) => recorded.blocks.some((block) => block.phase === phase);
  const phase = input.phase ?? (has('decode') ? 'decode' : 'all');
  const all = chosenTokens(recorded, (block) => phase === 'all' || block.phase === phase);
  if (all.tokens === 0)
    throw new InputError(
      `${file}: found no token of phase ${phase}; it holds ${integer(recorded.tokens)} of the other (--phase all)`,
    );
  const tokens = Math.min(all.tokens, input.tokens ?? all.tokens);
  const routed = tokens < all.tokens ? firstTokens(all, tokens) : all;
  const warnings: string[] = [];
  const left = recorded.tokens - all.tokens;
  if (left > 0 && input.phase === undefined)
    warnings.push(`${integer(left)} prompt tokens are left out (--phase all takes them in)`);
  if (!recorded.complete)
    warnings.push(
      `the trace is longer: only its first ${integer(recorded.ids.length)} accesses are read, to bound memory`,
    );
  return { recorded, phase, routed, warnings };
}

const firstTokens = (routed: RoutedTokens, tokens: number): RoutedTokens => ({
  ...routed,
  tokens,
  ids: routed.ids.subarray(0, tokens * routed.layers * routed.topK),
});
