/** `nvmoe routing convert TRACE --to FORMAT`: a recorded routing in another format, or as ids for a cache simulator. */
import {
  chosenTokens,
  ROUTING_FORMATS,
  type RoutingBlock,
  writeOracleGeneral,
  writeRouting,
  writeU32,
} from '../../workloads/routing/formats/index.ts';
import { accessIds } from '../../workloads/routing/index.ts';
import { InputError } from '../errors.ts';
import { loadTrace, type RoutingInput } from './read-routing.ts';

/** Formats of bare ids: layer x experts + expert. */
const BINARY = ['u32', 'oracle'];
export const CONVERSIONS: readonly string[] = [...ROUTING_FORMATS.map(({ name }) => name), ...BINARY];

/** The converted trace in pieces; what the target format has no place for is left out. @throws InputError */
export async function convertRouting(
  file: string,
  { to, ...input }: Omit<RoutingInput, 'tokens'> & { readonly to: string },
): Promise<{ tokens: number; text?: Iterable<string>; binary?: Uint8Array }> {
  const recorded = await loadTrace(file, input);
  const wanted = ({ phase }: RoutingBlock) =>
    input.phase === undefined || input.phase === 'all' || phase === input.phase;
  const blocks = recorded.blocks.filter(wanted);
  const tokens = blocks.reduce((sum, block) => sum + block.tokens, 0);
  if (tokens === 0) throw new InputError(`${file}: found no token of phase ${input.phase}`);
  if (BINARY.includes(to)) {
    const ids = accessIds(chosenTokens(recorded, wanted));
    return { tokens, binary: to === 'u32' ? writeU32(ids) : writeOracleGeneral({ ids }) };
  }
  return { tokens, text: writeRouting(to, blocks, { experts: recorded.experts, ...recorded.header }) };
}
