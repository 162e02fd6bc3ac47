/** `nvmoe routing generate`: a synthetic trace, block by block, so that its length is not bounded by memory. */
import { RandomStreams } from '../../sim/index.ts';
import {
  type RoutingBlock,
  type RoutingHeader,
  writeRouting,
} from '../../workloads/routing/formats/index.ts';
import {
  createRoutingSource,
  type RoutingOptions,
  type RoutingShape,
} from '../../workloads/routing/index.ts';
import { asInputError, InputError } from '../errors.ts';
import { readGenerator } from '../load/generator.ts';
import { References, routingShapeOf } from '../load/references.ts';

export interface GenerateOptions {
  /** A preset, a fitted model's file, or `uniform`. */
  readonly fit: string;
  readonly tokens: number;
  /** Of the library, for presets and uniform; or the shape itself. */
  readonly model?: string;
  readonly layers?: number;
  readonly experts?: number;
  readonly topK?: number;
  readonly seed: string;
  readonly format: string;
}

const BLOCK_TOKENS = 256;

/** The lines of the trace, made as they are asked for. @throws InputError */
export function generatedTrace(options: GenerateOptions): { shape: RoutingShape; lines: Iterable<string> } {
  const { shape, header } = shapeOf(options);
  const streams = new RandomStreams(options.seed);
  // The streams of an experiment: with its seed, a trace holds the tokens that the experiment routes.
  const weights = streams.at('routing weights');
  const routing: RoutingOptions =
    options.fit === 'uniform'
      ? { kind: 'uniform', ...needed(shape) }
      : {
          kind: 'synthetic',
          model: asInputError(['--fit'], () => readGenerator(options.fit, '.', shape)),
          weights,
        };
  const source = createRoutingSource(routing, streams.at('routing'));
  const { layers, topK, experts } = source;
  function* blocks(): Generator<RoutingBlock> {
    for (let done = 0; done < options.tokens; done += BLOCK_TOKENS) {
      const routed = source.next(Math.min(BLOCK_TOKENS, options.tokens - done));
      yield { ...routed, phase: 'decode', turn: 0 };
    }
  }
  const lines = writeRouting(options.format, blocks(), { ...header, experts });
  return { shape: { layers, topK, experts }, lines };
}

type NamedShape = RoutingShape & { readonly of: string };

function shapeOf(options: GenerateOptions): { shape?: NamedShape; header: RoutingHeader } {
  const { model, layers, experts, topK } = options;
  const given = [layers, experts, topK].filter((n) => n !== undefined).length;
  if (model !== undefined) {
    if (given > 0) throw new InputError('found --model and a shape; allowed is one of them');
    const { architecture } = new References('.').model({ architecture: model } as never);
    if (!architecture.experts) throw new InputError(`found --model ${model}, which routes no experts`);
    const shape = { ...routingShapeOf(architecture), of: architecture.name };
    const first = architecture.layers - shape.layers;
    return { shape, header: { model, layers: Array.from({ length: shape.layers }, (_, l) => first + l) } };
  }
  if (given === 0) return { header: {} };
  if (given < 3)
    throw new InputError('found a part of a shape; give --layers, --experts and --top-k together');
  return {
    shape: { layers: layers!, experts: experts!, topK: topK!, of: 'the shape asked for' },
    header: {},
  };
}

function needed(shape: RoutingShape | undefined): RoutingShape {
  if (shape) return shape;
  throw new InputError(
    'found --fit uniform without a shape; give --model NAME, or --layers, --experts and --top-k',
  );
}
