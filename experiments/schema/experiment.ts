/**
 * The experiment file: every key with its default. experiments/library/reference.yaml is the same list with comments.
 * Quantities come out in ps, bytes, counts and rates per second.
 */
import { z } from 'zod';
import {
  completeParameters,
  findAdmissionFilter,
  findPolicy,
  parseSpec,
  policies,
} from '../../policies/index.ts';
import { TRUNK_PARTS } from '../../workloads/inference/catalogue.ts';
import { messageOf, suggestion } from '../errors.ts';
import { arrivalProblems } from './arrivals.ts';
import { MAX_BYTES } from './drive.ts';
import { BUFFERED_INTERFACES, DIRECT_INTERFACES, hostSchema, isBuffered, SOFTWARE } from './host.ts';
import { quantity } from './leaf.ts';
import { linuxChangesSchema } from './linux.ts';
import { mappedSchema } from './mapped.ts';
import { modelSchema } from './model.ts';
import { allowing } from './problem.ts';
import { reference } from './reference.ts';
import { storageSchema } from './storage.ts';
import { prefetchSchema, workloadSchema } from './workload.ts';

const policySpec = z.string().superRefine((text, context) => {
  try {
    const { name, parameters, admission } = parseSpec(text);
    completeParameters(findPolicy(name), parameters);
    if (admission) completeParameters(findAdmissionFilter(admission.name), admission.parameters);
  } catch (error) {
    const near = suggestion(
      text.split(':')[0],
      policies.map(({ name }) => name),
    );
    context.addIssue({ code: 'custom', message: `found '${text}': ${messageOf(error)}${near}` });
  }
});

const memorySchema = z.strictObject({
  limit: quantity('bytes', { min: '1 MiB', max: MAX_BYTES })
    .optional()
    .describe(
      'For trunk, KV cache, expert cache, page cache and system together; default: the host’s memory.',
    ),
  pin: z
    .array(z.enum(TRUNK_PARTS))
    .optional()
    .describe(
      'Parts of the model that always stay in memory; default: all that are not mapped; with execution mmap none, and those named are locked (mlock).',
    ),
  map: z
    .array(z.enum(TRUNK_PARTS))
    .default([])
    .describe('Parts that are mapped: in memory as far as the page cache has room beside the other shares.'),
  kv: z
    .enum(['memory', 'drives'])
    .default('memory')
    .describe(
      'Where the KV cache lies. drives: beside the weights; each layer’s is read before its attention at every step, and that of new tokens written.',
    ),
  system: quantity('bytes', { min: '0 B', max: MAX_BYTES })
    .prefault('1 GiB')
    .describe('For the operating system, the program and its buffers.'),
});

const ioSchema = z.strictObject({
  interface: z
    .enum([...DIRECT_INTERFACES, 'mmap'])
    .optional()
    .describe(
      'How reads are asked for; default io_uring; with execution mmap it is mmap. psync has one request in flight per thread, whatever queueDepth says.',
    ),
  direct: z
    .boolean()
    .default(true)
    .describe(
      'true: O_DIRECT, past the page cache. false: buffered reads through it, with psync, libaio or io_uring.',
    ),
  request: quantity('bytes', { min: '4 KiB', max: '1 GiB', step: '4 KiB' })
    .prefault('1 MiB')
    .describe('Largest request that the program makes.'),
  queueDepth: quantity('count', { min: 1, max: 65535 })
    .prefault(64)
    .describe('Requests in flight per thread.'),
  threads: quantity('count', { min: 1, max: 1024 }).prefault(4).describe('I/O threads.'),
  batch: quantity('count', { min: 1, max: 65535 })
    .prefault(1)
    .describe('Most requests that a thread submits in one call; neighbours among them become one command.'),
  registeredBuffers: z
    .boolean()
    .default(false)
    .describe('Buffers are pinned once (io_uring’s fixed buffers), not at each read.'),
});

const cacheSchema = z.strictObject({
  policy: policySpec
    .default('lru')
    .describe('Eviction: NAME, NAME:key=value or NAME+ADMISSION-FILTER (see nvmoe list policies).'),
  capacity: quantity('bytes', { min: '0 B', max: MAX_BYTES })
    .optional()
    .describe('For routed experts; default: what memory.limit leaves.'),
  hitRatio: quantity('ratio', { min: 0, max: 1 })
    .optional()
    .describe(
      'Given, as measured: each request for an expert hits with this probability, whatever policy and capacity would do.',
    ),
  gpuCapacity: quantity('bytes', { min: '0 B', max: MAX_BYTES })
    .optional()
    .describe('For routed experts in GPU memory, with compute.device gpu; default: what it leaves.'),
  bytesRead: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Given, as measured: path of a CSV file with a column read_bytes, a row for each generated token. Which experts miss is drawn.',
    ),
  unit: z.enum(['expert']).default('expert').describe('What is cached and evicted as one object.'),
  scope: z
    .enum(['global', 'layer'])
    .default('global')
    .describe('One cache for all layers, or one a layer with equal parts of the capacity.'),
  batch: z
    .enum(['layer', 'one'])
    .default('layer')
    .describe(
      'layer: a layer’s experts are looked up first; then its misses are inserted, and none of them evicted. one: each is looked up, then promoted or inserted, before the next.',
    ),
  prompt: z
    .enum(['insert', 'bypass'])
    .default('insert')
    .describe('The prompt’s misses are inserted, or read around the cache, so that they evict nothing.'),
});

const lossySchema = z.strictObject({
  topK: quantity('count', { min: 1, max: 1024 })
    .optional()
    .describe('Experts of each choice that are used, from the first; default: all.'),
  cold: z
    .strictObject({
      share: quantity('ratio', { min: 0, max: 1 }).describe(
        'Share of each layer’s choices that fall on its least used experts, the cold ones.',
      ),
      action: z
        .enum(['drop', 'substitute'])
        .describe('Left out, or replaced by the layer’s hottest not chosen already.'),
    })
    .optional()
    .describe('Experts that are served only as the first of a choice.'),
  cacheBias: z
    .strictObject({
      keep: quantity('count', { min: 1, max: 1024 }).describe('Experts of a choice that are never replaced.'),
      among: quantity('count', { min: 1, max: 65535 }).describe(
        'Ranks among which a replacement is looked for.',
      ),
    })
    .optional()
    .describe('An expert that is not cached gives way to one that is.'),
});

const computeSchema = z.strictObject({
  device: z
    .enum(['cpu', 'gpu'])
    .default('cpu')
    .describe('What computes; gpu needs one in the host’s profile.'),
  threads: quantity('count', { min: 1, max: 4096 })
    .optional()
    .describe('Threads of the matrix work; default: the host’s cores.'),
});

const softwareTime = () => quantity('time', { min: '0 s', max: '1 h' }).optional();
const softwareSchema = z.strictObject({
  perByte: quantity('timePerByte', { min: '0 s/B', max: '1 us/B' }).optional().describe(SOFTWARE.perByte),
  perRead: softwareTime().describe(SOFTWARE.perRead),
  perLayer: softwareTime().describe(SOFTWARE.perLayer),
  perToken: softwareTime().describe(SOFTWARE.perToken),
});

export const experimentSchema = z
  .strictObject({
    name: z.string().min(1).max(200).describe('Name in results and reports.'),
    description: z.string().default('').describe('What it is about, in a sentence.'),
    seed: z
      .union([z.int().min(0), z.string().min(1).max(200)], { error: allowing('a whole number or text') })
      .default(42)
      .describe('Seed of all random streams.'),
    model: modelSchema,
    host: reference('a host', hostSchema).describe('The machine.'),
    storage: storageSchema,
    memory: memorySchema.prefault({}),
    io: ioSchema.prefault({}),
    cache: cacheSchema.prefault({}),
    prefetch: prefetchSchema.prefault({ policy: 'none' }).describe('What is read before it is asked for.'),
    execution: z
      .enum(['synchronous', 'overlapped', 'prefetching', 'mmap'])
      .default('overlapped')
      .describe(
        'synchronous: all of a layer’s reads, then its computation. overlapped: an expert is computed when it lands. prefetching: overlapped, and needs prefetch.policy other than none. mmap: llama.cpp with its weights mapped, no cache of its own.',
      ),
    mmap: mappedSchema.prefault({}).describe('The program of execution mmap.'),
    linux: linuxChangesSchema.prefault({}).describe('What to change of the host’s `linux`.'),
    compute: computeSchema.prefault({}),
    software: softwareSchema
      .prefault({})
      .describe('Time that the program itself takes; keys not given: the host’s, else 0.'),
    lossy: lossySchema
      .prefault({})
      .describe('What changes the model’s answers: the result says `exact: false`. Default: nothing.'),
    workload: workloadSchema.prefault({}),
  })
  .superRefine((experiment, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { model, workload, execution, prefetch } = experiment;
    const sources = [model.architecture, model.config, model.gguf].filter((source) => source !== undefined);
    if (sources.length !== 1)
      refuse(['model'], `found ${sources.length} of architecture, config and gguf; allowed is exactly one`);
    if (model.tensors !== undefined && model.gguf !== undefined)
      refuse(['model', 'tensors'], 'found a table beside gguf, whose header has it; leave one out');
    if (!workload.arrivals && workload.warmup >= workload.generate) {
      refuse(
        ['workload', 'warmup'],
        `found ${workload.warmup}; allowed is less than workload.generate (${workload.generate})`,
      );
    }
    const { batch, chunk, speculation, arrivals } = workload;
    const several = arrivals ? 'arrivals' : batch > 1 ? 'batch' : speculation ? 'speculation' : undefined;
    for (const { path, message } of arrivals ? arrivalProblems(experiment) : []) refuse(path, message);
    if (execution === 'mmap' && (several ?? chunk) !== undefined)
      refuse(
        ['workload', several ?? 'chunk'],
        'found it with execution mmap, which runs one request, one token at a time; leave it out',
      );
    if (several && experiment.lossy.cacheBias)
      refuse(['workload', several], 'found it with lossy.cacheBias, which is for one request without drafts');
    if (several && experiment.cache.bytesRead !== undefined)
      refuse(['workload', several], 'found it with cache.bytesRead, which is for one request without drafts');
    if (speculation && ['previous-token', 'popularity', 'markov'].includes(prefetch.policy))
      refuse(
        ['workload', 'speculation'],
        `found it with prefetch.policy ${prefetch.policy}, which learns from the token before, while a pass routes a token with its drafts; allowed are none, next-layer, gate-lookahead, certain and oracle`,
      );
    const { hitRatio, bytesRead } = experiment.cache;
    const given = bytesRead === undefined ? 'hitRatio' : 'bytesRead';
    if (hitRatio !== undefined && bytesRead !== undefined)
      refuse(['cache', 'bytesRead'], 'found it with hitRatio; allowed is one of them');
    if ((hitRatio ?? bytesRead) !== undefined && prefetch.policy !== 'none')
      refuse(
        ['cache', given],
        `found it with prefetch.policy ${prefetch.policy}; allowed is none, as nothing is kept that a prefetch could fill`,
      );
    if ((hitRatio ?? bytesRead) !== undefined && experiment.lossy.cacheBias)
      refuse(['cache', given], 'found it with lossy.cacheBias, which needs to know what is cached');
    if (execution === 'prefetching' && prefetch.policy === 'none')
      refuse(['execution'], 'found prefetching while prefetch.policy is none; set prefetch.policy');
    const { io, cache } = experiment;
    const mapped = execution === 'mmap';
    if (io.interface !== undefined && (io.interface === 'mmap') !== mapped) {
      const allowed = mapped ? 'mmap' : `one of ${DIRECT_INTERFACES.join(', ')}, or execution: mmap`;
      refuse(['io', 'interface'], `found ${io.interface} with execution ${execution}; allowed is ${allowed}`);
    }
    if (io.registeredBuffers && !(io.direct && (io.interface ?? 'io_uring').startsWith('io_uring')))
      refuse(
        ['io', 'registeredBuffers'],
        'found true without io_uring and O_DIRECT; only io_uring registers buffers, and only direct reads pin them',
      );
    if (!mapped && !io.direct) {
      const allowed = BUFFERED_INTERFACES.join(', ');
      if (io.interface && !isBuffered(io.interface))
        refuse(['io', 'direct'], `found false with ${io.interface}; buffered reads are for ${allowed}`);
      if (cache.capacity === undefined)
        refuse(
          ['io', 'direct'],
          'found false without cache.capacity; say what the program’s own cache gets, the page cache has the rest',
        );
      if (prefetch.policy !== 'none' && prefetch.style === 'hint')
        refuse(['prefetch', 'style'], 'found hint with io.direct: false; allowed is read');
    }
    const { map, pin } = experiment.memory;
    if (experiment.memory.kv === 'drives')
      for (const [found, allowed] of [
        [mapped && 'execution mmap', 'the others'],
        [!mapped && !io.direct && 'io.direct: false', 'true'],
        [experiment.compute.device === 'gpu' && 'compute.device gpu', 'cpu'],
        [experiment.storage.placement !== 'stripe' && 'storage.placement of whole experts', 'stripe'],
      ] as const)
        if (found)
          refuse(['memory', 'kv'], `found drives with ${found}; allowed is ${allowed}, or kv: memory`);
    if (map.length > 0 && (mapped || !io.direct)) {
      const found = mapped ? 'execution mmap, which maps everything' : 'io.direct: false';
      refuse(['memory', 'map'], `found parts to map with ${found}; leave it out`);
    }
    const both = map.find((part) => pin?.includes(part));
    if (both) refuse(['memory', 'map'], `found ${both} under pin as well; name it under one of them`);
    const { layout } = experiment.model;
    if (mapped && (typeof layout === 'string' ? layout : layout.order) === 'expert-contiguous')
      refuse(
        ['model', 'layout'],
        'found expert-contiguous with execution mmap; llama.cpp maps whole tensors: use layer-order, alphabetical or experts-first',
      );
    if (mapped && cache.capacity !== undefined)
      refuse(
        ['cache', 'capacity'],
        'found a capacity with execution mmap, which has no cache but the page cache; leave it out',
      );
    if (mapped && prefetch.policy !== 'none')
      refuse(
        ['prefetch', 'policy'],
        `found ${prefetch.policy} with execution mmap; allowed is none; see the keys of mmap`,
      );
  });

/** An experiment as its file says it: host, drive and model still by name where they were named. */
export type ExperimentFile = z.output<typeof experimentSchema>;

/** One alternative of `cases:`: a name, and keys of the experiment with their values. */
export const caseSchema = z.looseObject({ name: z.string().min(1).describe('Name in results.') });
const casesSchema = z.array(caseSchema).min(1);

/** What a file holds beside the experiment itself. */
export const gridSchema = z.object({
  sweep: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .optional()
    .describe('Keys (with dots) and the values each takes: every combination is a point.'),
  cases: z
    .union([casesSchema, z.record(z.string(), casesSchema)], {
      error: allowing('a list of {name, key: value, ...}, or a mapping from an axis to such a list'),
    })
    .optional()
    .describe('Keys that vary together, by name; several lists are combined with each other and with sweep.'),
});
