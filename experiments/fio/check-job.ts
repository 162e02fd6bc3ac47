/** What fio, or a drive, would refuse of a job. */
import { InputError } from '../errors.ts';
import { type FioJob, reads, writes } from './job.ts';
import type { Target } from './options.ts';

/** Ends that fio's replay would have too, and the simulated one has not. */
const NOT_OF_REPLAYS = ['runtime', 'number_ios', 'io_size', 'rate', 'rate_iops', 'ramp_time', 'loops'];

/** @throws InputError */
export function checkJob(job: FioJob, { blockSize, capacity }: Target): void {
  const { name, options, offset, size } = job;
  const sizes = [...(reads(job) ? [job.blockSize[0]] : []), ...(writes(job) ? [job.blockSize[1]] : [])];
  if (options.rate_process !== undefined && !['linear', 'poisson'].includes(options.rate_process)) {
    throw new InputError(`${name}: rate_process=${options.rate_process}: allowed are linear and poisson`);
  }
  if (options.random_distribution !== undefined && options.random_distribution !== 'random') {
    throw new InputError(
      `${name}: random_distribution=${options.random_distribution}: only random is simulated; remove it`,
    );
  }
  const unused = job.replay && NOT_OF_REPLAYS.find((option) => options[option] !== undefined);
  if (unused !== undefined) {
    throw new InputError(
      `${name}: found ${unused} beside read_iolog; a log is replayed whole and as written; remove it`,
    );
  }
  if (!(job.readShare >= 0 && job.readShare <= 100))
    throw new InputError(`${name}: rwmixread=${job.readShare}: allowed are 0 to 100`);
  for (const bytes of job.direct ? [...sizes, offset] : []) {
    if (bytes % blockSize === 0) continue;
    throw new InputError(
      `${name}: Invalid argument (EINVAL): direct I/O of ${bytes} B on a device of ${blockSize} B blocks; ` +
        `allowed are multiples of ${blockSize} B; use direct=0 or another bs`,
    );
  }
  const largest = Math.max(...sizes);
  if (size < largest || offset + (job.clones - 1) * job.offsetIncrement + largest > capacity) {
    throw new InputError(
      `${name}: bs of ${largest} B does not fit into ${size} B at offset ${offset} of a device of ${capacity} B`,
    );
  }
}
