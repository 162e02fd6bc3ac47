/**
 * Speed of the device models: 4 KiB commands through the `queue` fidelity in a closed loop, and 1 MiB requests through
 * io_uring with CPU cost, six drives and a shared DRAM bus, as a decode run issues them. Conservation checks are on.
 */
import {
  DEMAND,
  DeviceArray,
  type DriveClaims,
  Host,
  IoUring,
  pcieLink,
  QueueDevice,
  queueParameters,
  READ,
} from '../../devices/index.ts';
import { Simulation, us } from '../../sim/index.ts';
import { type BenchRow, median, timed } from './row.ts';

const REPEATS = 5;
const COMMANDS = 1_000_000;
const REQUESTS = 100_000;
const MIB = 1 << 20;

/** A PCIe 5.0 x4 drive of 14 GB/s. */
const claims: DriveClaims = {
  readBandwidth: 14e9,
  writeBandwidth: 6.75e9,
  readIops: 2.7e6,
  writeIops: 310e3,
  readIopsDepth: 512,
  readLatency: us(73),
  writeLatency: us(15),
  pageBytes: 16384,
  nandRate: 1.066e9,
};
const parameters = queueParameters('drive', claims, pcieLink({ generation: 5, lanes: 4 }));

/** Commands per second at this depth. */
function randomReads(depth: number): number {
  const simulation = new Simulation({ seed: 'bench' });
  const drive = new QueueDevice(simulation, { name: 'drive', capacity: 2 ** 40, parameters });
  const offsets = Float64Array.from({ length: 1 << 16 }, (_, i) => ((i * 40503) % 65536) * 2 ** 24);
  let submitted = 0;
  const submit = () => drive.submit(READ, offsets[submitted++ & 0xffff], 4096, 0, done, 0);
  const done = simulation.register(() => {
    if (submitted < COMMANDS) submit();
  });
  const elapsed = timed(() => {
    for (let i = 0; i < depth; i++) submit();
    simulation.run();
    simulation.finish();
  });
  return COMMANDS / elapsed;
}

/** 1 MiB requests per second through the whole path from the program to six drives. */
function largeReads(): number {
  const simulation = new Simulation({ seed: 'bench' });
  const host = new Host(simulation, {
    cpu: { cores: 64, kernels: { matmul: 1e11 } },
    memory: { capacity: 2 ** 37, channels: 12, transferRate: 4.8e9 },
  });
  const devices = Array.from(
    { length: 6 },
    (_, i) =>
      new QueueDevice(simulation, {
        name: `drive ${i}`,
        capacity: 2 ** 40,
        parameters,
        readPath: [host.dram.bus],
      }),
  );
  const device = new DeviceArray(simulation, { name: 'array', devices, stripe: MIB });
  const cpu = { cores: host.cpu.cores, submitTime: us(1), completeTime: us(1) };
  const io = new IoUring(simulation, { device, request: MIB, queueDepth: 64, threads: 4, cpu });
  const done = simulation.register(() => {});
  const elapsed = timed(() => {
    io.read(0, REQUESTS * MIB, DEMAND, done, 0);
    simulation.run();
    simulation.finish();
  });
  return REQUESTS / elapsed;
}

export function deviceBench(): BenchRow[] {
  const bar = 2e6;
  const rows: BenchRow[] = [1, 32, 256].map((depth) => {
    const value = median(Array.from({ length: REPEATS }, () => randomReads(depth)));
    return {
      name: `queue device, 4 KiB reads, depth ${depth}`,
      value,
      unit: 'commands/s',
      bar,
      met: value >= bar,
    };
  });
  const value = median(Array.from({ length: REPEATS }, largeReads));
  rows.push({ name: 'io_uring to 6 queue devices, 1 MiB reads', value, unit: 'requests/s' });
  return rows;
}
