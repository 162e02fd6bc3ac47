/**
 * Everything wrong that a person may hand to the program, and a part of what it must answer. Used in process (load) and
 * through the command line.
 */
import { gzipSync } from 'node:zlib';
import { experimentText } from './experiment-text.ts';

export interface BadInput {
  readonly what: string;
  /** The experiment file; absent: none is written. */
  readonly file?: string | Uint8Array;
  readonly settings?: readonly string[];
  /** `FILE` stands for the file's name. */
  readonly says: string;
}

const yaml = (what: string, key: string, line: string, says: string): BadInput => ({
  what,
  file: experimentText({ [key]: line }),
  says,
});
const set = (setting: string, says: string): BadInput => ({
  what: `--set ${setting}`,
  file: experimentText(),
  settings: [setting],
  says,
});

const laughs = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, i) => {
    const below = 'abcdefgh'[i];
    return `${name}: &${name} [${Array(10).fill(`*${below}`).join(', ')}]`;
  }),
].join('\n');

export const BAD_INPUT: readonly BadInput[] = [
  yaml('unknown key', 'x', 'colour: red', "FILE:6:colour: found the unknown key 'colour'; allowed are name,"),
  yaml('misspelt key', 'x', 'io: {quueDepth: 3}', "FILE:6:io.quueDepth: found the unknown key 'quueDepth'"),
  yaml('misspelt key, hint', 'x', 'io: {quueDepth: 3}', 'did you mean queueDepth?'),
  yaml(
    'wrong unit',
    'x',
    'io: {request: 128 KiBs}',
    "FILE:6:io.request: '128 KiBs' has the unknown unit 'KiBs'",
  ),
  yaml('wrong unit, hint', 'x', 'io: {request: 128 KB}', 'write kB (1000 B) or KiB (1024 B)'),
  yaml(
    'a rate for bytes',
    'x',
    'io: {request: 10 GB/s}',
    "found '10 GB/s', which is in B/s; allowed is a number of bytes in B",
  ),
  yaml('no unit', 'x', 'io: {request: 4096}', 'found 4096 without a unit'),
  yaml('not a multiple', 'x', 'io: {request: 5000 B}', 'a multiple of 4 KiB'),
  yaml('an expression that runs', 'x', 'io: {request: "import(1) B"}', "the function 'import'"),
  yaml(
    'a fraction of a drive',
    'storage',
    'storage: {device: wd-sn640-960gb, count: 1.5}',
    'FILE:4:storage.count: found 1.5',
  ),
  yaml(
    'negative',
    'storage',
    'storage: {device: wd-sn640-960gb, count: -1}',
    'found -1; allowed is a whole number from 1 to 1024',
  ),
  yaml('absurd', 'x', 'io: {queueDepth: 1e9}', 'found 1000000000; allowed is a whole number from 1 to 65535'),
  yaml('absurd bytes', 'x', 'memory: {limit: 1e30 B}', 'to 1 PiB'),
  yaml('not a number', 'x', 'io: {threads: .nan}', 'no finite value'),
  yaml(
    'negative capacity',
    'x',
    'cache: {capacity: 1 GiB - 2 GiB}',
    "found '1 GiB - 2 GiB'; allowed is a number of bytes from 0 B",
  ),
  yaml(
    'share above 1',
    'x',
    'prefetch: {policy: gate-lookahead, recall: 1.5}',
    'FILE:6:prefetch.recall: found 1.5',
  ),
  yaml('missing inner key', 'x', 'prefetch: {policy: gate-lookahead}', 'FILE:6:prefetch.recall: is missing'),
  yaml('unknown alternative', 'x', 'prefetch: {policy: orakle}', 'did you mean oracle?'),
  yaml(
    'key of another alternative',
    'x',
    'prefetch: {policy: oracle, recall: 1}',
    "unknown key 'recall'; allowed are policy, distance, budget",
  ),
  yaml('unknown policy', 'x', 'cache: {policy: lruu}', "FILE:6:cache.policy: found 'lruu'"),
  yaml('unknown policy, hint', 'x', 'cache: {policy: lruu}', 'or lru?'),
  yaml('unknown policy parameter', 'x', 'cache: {policy: "lru:bits=2"}', "lru has no parameter 'bits'"),
  yaml(
    'unknown word',
    'x',
    'execution: overlaped',
    'allowed is synchronous, overlapped, prefetching, mmap; did you mean overlapped?',
  ),
  yaml('prefetching without a prefetcher', 'x', 'execution: prefetching', 'set prefetch.policy'),
  yaml('a list for a mapping', 'storage', 'storage: [1]', 'FILE:4:storage: found [1]; allowed is a mapping'),
  yaml('nothing for a mapping', 'storage', 'storage:', 'FILE:4:storage: found nothing; allowed is a mapping'),
  yaml('missing key', 'model', 'x: &x 1', 'unknown key'),
  { what: 'missing model', file: experimentText({ model: undefined }), says: 'FILE:1:model: is missing' },
  { what: 'missing host', file: experimentText({ host: undefined }), says: 'FILE:1:host: ' },
  yaml('unknown host', 'host', 'host: ryzen-7700', "FILE:3:host: found 'ryzen-7700', which is no host"),
  yaml('unknown host, hint', 'host', 'host: ryzen-7700', 'did you mean ryzen-7700x?'),
  yaml('missing profile file', 'host', 'host: ./none.yaml', 'there is no such file'),
  yaml('unknown model', 'model', 'model: {architecture: deepseek-v4x}', 'which is no model; allowed are'),
  yaml(
    'two models',
    'model',
    'model: {architecture: deepseek-v3, config: c.json}',
    'found 2 of architecture, config and gguf; allowed is exactly one',
  ),
  yaml('missing config.json', 'model', 'model: {config: none.json}', 'there is no such file'),
  yaml(
    'unknown quantisation',
    'model',
    'model: {architecture: deepseek-v3, quantisation: Q4_K_X}',
    'did you mean Q4_K_M or Q4_K_S',
  ),
  yaml(
    'ideal drive at queue',
    'storage',
    'storage: {device: {fidelity: ideal, latency: 1 us, bandwidth: 1 GB/s}, fidelity: queue}',
    'FILE:4:storage.fidelity: found queue for a drive that is given as ideal',
  ),
  ...(
    [
      ['device: wd-sn640-960gb, drives: [{device: wd-sn640-960gb}]', '.drives: found drives beside device'],
      ['drives: [{device: wd-sn640-960gb}], count: 2', ".count: found the unknown key 'count'"],
      ['drives: []', '.drives: found []; allowed is at least 1 entries'],
      ['drives: [{device: wd-sn640-960gb}, {count: 2}]', '.drives[1].device: is missing'],
      ['drives: [{device: wd-sn640-960gb, cout: 2}]', '.drives[0].cout: found the unknown key'],
      ['drives: [{device: wd-sn640}]', '.drives[0].device: found'],
      ['drives: [{device: {like: wd-sn640-960gb, readIops: 0}}]', '.drives[0].device.readIops: found 0'],
      ['drives: [{device: wd-sn640-960gb, count: 2}], weights: [1]', 'one for each of 2 drives'],
      ['drives: [{device: wd-sn640-960gb, switch: card}]', ".drives[0].switch: found 'card'"],
      ['device: wd-sn640-960gb, switch: card', ".switch: found 'card', which is not among storage.switches"],
      [
        'device: ufs-4-phone, switch: a, switches: [{name: a, generation: 3, lanes: 4}]',
        'not on PCI Express; leave it out',
      ],
      [
        'device: wd-sn640-960gb, switches: [{name: a, generation: 7, lanes: 4}]',
        'found 7; allowed is a whole number from 1 to 6',
      ],
      ['device: wd-sn640-960gb, switches: [{name: a, lanes: 4}]', '.switches[0].generation: is missing'],
      [
        'drives: [{device: wd-sn640-960gb}, {device: {fidelity: ideal, latency: 1 us, bandwidth: 1 GB/s}}]',
        'set fidelity: ideal for all',
      ],
    ] as const
  ).map(([storage, says]) => yaml(`drives: ${storage}`, 'storage', `storage: {${storage}}`, says)),
  yaml(
    'bad key of a changed drive',
    'storage',
    'storage: {device: {like: wd-sn640-960gb, readBandwith: 1 GB/s}}',
    'did you mean readBandwidth',
  ),
  yaml(
    'bad figure of a changed host',
    'host',
    'host: {like: ryzen-7700x, cores: 0}',
    'FILE:3:host.cores: found 0',
  ),
  yaml(
    'warm-up longer than the run',
    'workload',
    'workload: {generate: 4, warmup: 4}',
    'less than workload.generate (4)',
  ),
  ...(
    [
      ['', '{rate: 2, requests: 3}', 'arrivals.rate: found 2 without a unit'],
      ['', '{rate: 0 / s, requests: 3}', "found '0 / s'; allowed is a rate of requests from 1e-6 / s"],
      ['', '{rate: 1 / s}', 'workload.arrivals.requests: is missing'],
      ['', '{rate: 1 / s, requests: 3, warmup: 3}', 'less than workload.arrivals.requests (3)'],
      ['', '{rate: 1 / s, requests: 3, slo: {tfft: 1 s}}', 'did you mean ttft'],
      ['batch: 2, ', '{rate: 1 / s, requests: 3}', 'set workload.arrivals.maxBatch'],
      ['generate: 1, ', '{rate: 1 / s, requests: 3}', 'allowed is 2 or more'],
    ] as const
  ).map(([more, arrivals, says]) =>
    yaml(`arrivals ${more}${arrivals}`, 'workload', `workload: {${more}arrivals: ${arrivals}}`, says),
  ),
  ...(
    [
      ['cache: {policy: min}', 'FILE:6:cache.policy: found min with workload.arrivals'],
      ['cache: {prompt: bypass}', 'FILE:6:cache.prompt: found bypass with workload.arrivals'],
      ['execution: mmap', 'workload.arrivals: found it with execution mmap'],
      ['lossy: {cacheBias: {keep: 1, among: 4}}', 'workload.arrivals: found it with lossy.cacheBias'],
    ] as const
  ).map(([line, says]) => ({
    what: `arrivals and ${line}`,
    file: experimentText({ workload: 'workload: {arrivals: {rate: 1 / s, requests: 3}}', x: line }),
    says,
  })),
  ...['io: {direct: false}\ncache: {capacity: 1 GiB}', 'execution: mmap', 'compute: {device: gpu}'].map(
    (line) => ({
      what: `a KV cache on the drives and ${line}`,
      file: experimentText({ x: 'memory: {kv: drives}', y: line }),
      says: 'FILE:6:memory.kv: found drives with ',
    }),
  ),
  yaml(
    'missing trace',
    'workload',
    'workload: {warmup: 1, generate: 2, routing: {kind: replay, trace: none.jsonl}}',
    'no such file',
  ),
  yaml(
    'unknown swept key',
    'x',
    'sweep: {cache.polisy: [lru]}',
    "FILE:6:sweep.cache.polisy: found the unknown key 'cache.polisy'; did you mean cache.policy",
  ),
  yaml('swept value', 'x', 'sweep: {storage.count: [1, 2, 0]}', 'FILE:6:sweep.storage.count[2]: found 0'),
  yaml('empty sweep', 'x', 'sweep: {storage.count: []}', 'at least 1 entries'),
  yaml('a value twice', 'x', 'sweep: {storage.count: [1, 1]}', "the point 'storage.count=1' twice"),
  yaml(
    'a huge grid',
    'x',
    `sweep: {${['storage.count', 'io.threads', 'io.queueDepth', 'workload.prompt'].map((key) => `${key}: [${Array.from({ length: 20 }, (_, i) => i + 1)}]`).join(', ')}}`,
    'found 160000 points',
  ),
  yaml('a case without a name', 'x', 'cases: [{io.threads: 2}]', 'FILE:6:cases[0].name: is missing'),
  yaml(
    'a case with a bad value',
    'x',
    'cases: {way: [{name: a, io.threads: 0}]}',
    'FILE:6:cases.way[0].io.threads: found 0',
  ),
  yaml('a case with an unknown key', 'x', 'cases: [{name: a, io.thread: 2}]', 'did you mean io.threads'),
  yaml('a prototype', 'x', '__proto__: {a: 1}', 'unknown key'),
  yaml('duplicate key', 'x', 'name: again', 'FILE:6: found a key twice in one mapping'),
  yaml('tabs', 'x', 'io:\n\trequest: 1 MiB', 'FILE:7: found a tab'),
  yaml('unclosed', 'x', 'io: {request: 1 MiB', 'is not valid YAML'),
  { what: 'two documents', file: `${experimentText()}---\n${experimentText()}`, says: 'a second document' },
  {
    what: 'exploding aliases',
    file: `${experimentText()}${laughs}\n`,
    says: 'aliases (*name) that multiply',
  },
  { what: 'deep nesting', file: `name: ${'['.repeat(50_000)}`, says: 'FILE' },
  {
    what: 'a list',
    file: '- 1\n- 2\n',
    says: 'FILE: found a list; allowed is an experiment (YAML): a mapping',
  },
  { what: 'empty file', file: '', says: 'FILE: found nothing' },
  { what: 'plain text', file: 'hello', says: 'found the string "hello"' },
  {
    what: 'binary junk',
    file: Uint8Array.from({ length: 512 }, (_, i) => (i * 197) % 256),
    says: 'found binary data',
  },
  { what: 'zero bytes', file: new Uint8Array(64), says: 'found binary data' },
  {
    what: 'damaged gzip',
    file: gzipSync(experimentText()).subarray(0, 40),
    says: 'the gzip data is damaged',
  },
  { what: 'a gzip bomb', file: gzipSync(Buffer.alloc(64 * 2 ** 20, 32)), says: 'once unpacked' },
  { what: 'no such file', says: 'there is no such file' },
  set('io.request=128 KiBs', "--set io.request=128 KiBs: '128 KiBs' has the unknown unit 'KiBs'"),
  set('io.requst=1 MiB', "--set io.requst=1 MiB: found the unknown key 'io.requst'; did you mean io.request"),
  set('io.request', 'allowed is KEY=VALUE'),
  set('io.request=[1', 'the value is not valid YAML'),
  set('__proto__.x=1', "unknown key '__proto__.x'"),
  set('constructor.prototype.x=1', 'unknown key'),
  set('sweep.nothing=[1]', "unknown key 'nothing'"),
  set('io.threads=0', '--set io.threads=0: found 0'),
];
