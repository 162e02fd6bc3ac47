/**
 * `nvmoe trace stats FILE`: what a measured trace says (contracts: "nvmoe trace"), with a model what it reads of it.
 */
import {
  aboveLink,
  type BlockTrace,
  type Distribution,
  distributionOf,
  FAULT_MAJOR,
  FAULT_MINOR,
  type FaultTrace,
  type FioJob,
  type ModelUse,
  modelUse,
  onlyDevice,
  type SampleTable,
  type StatisticsOptions,
  type TraceStatistics,
  traceStatistics,
} from '../../workloads/traces/index.ts';
import { InputError } from '../errors.ts';
import { accessesOf, onModel, PAGE, readTrace, type TraceInput, tensorsOf } from './read-trace.ts';

export interface TraceStatsOptions extends TraceInput, StatisticsOptions {}

/** The printed object: the statistics at the top level, and beside them what only some traces hold. */
export interface TraceReport extends Partial<TraceStatistics> {
  format: string;
  /** What a request is here. */
  unit: 'request' | 'page fault' | 'none';
  faults?: { count: number; major: number; minor: number; located: number };
  /** Averages over intervals, by column. */
  samples?: { rows: number; columns: Record<string, Distribution> };
  fio?: FioJob[];
  /** What the trace reads of the model; of page faults where the requests hold device addresses. */
  model?: ModelUse & { unit: 'request' | 'page fault' };
  warnings: string[];
}

/** The report and the accesses that it is about, for the page. Throws InputError. */
export async function traceStats(
  file: string,
  options: TraceStatsOptions = {},
): Promise<{ report: TraceReport; accesses?: BlockTrace }> {
  const imported = await readTrace(file, options);
  const { format, faults, samples, fio } = imported;
  const warnings = [...imported.warnings];
  const all = accessesOf(imported, options.pageBytes);
  const report: TraceReport = {
    format,
    unit: all === undefined ? 'none' : all === imported.requests ? 'request' : 'page fault',
    warnings,
  };
  if (faults !== undefined) report.faults = faultCounts(faults);
  if (samples !== undefined) report.samples = { rows: samples.rows, columns: columnsOf(samples) };
  if (fio !== undefined) report.fio = fio;
  if (options.link !== undefined) warnings.push(...ratesAbove(options.link, samples, fio));
  if (all === undefined || all.length === 0) return { report };

  let accesses = options.device === undefined ? all : chosen(all, options.device);
  // With extents, statistics are of the file: a sequential read of a file in many extents is not one on the device.
  if (options.extents !== undefined) accesses = await onModel(accesses, options, warnings);
  const statistics = traceStatistics(accesses, options);
  Object.assign(report, statistics, { warnings: [...warnings, ...statistics.warnings] });
  if (options.model !== undefined) {
    // Device addresses cannot be named without extents; page faults can: they hold offsets of the file.
    const byFault = faults !== undefined && options.extents === undefined;
    const named = byFault ? faults.asRequests(options.pageBytes ?? PAGE) : accesses;
    const own = options.extents === undefined ? await onModel(named, options, report.warnings) : named;
    const unit = byFault ? 'page fault' : 'request';
    report.model = { unit, ...modelUse(own, await tensorsOf(options.model)) };
  }
  return { report, accesses };
}

/** Rates of summaries that the link cannot carry. */
function ratesAbove(link: number, samples: SampleTable | undefined, fio: readonly FioJob[] = []): string[] {
  const columns = Object.entries(samples?.numbers ?? {}).filter(([name]) => name.endsWith('ytesPerSecond'));
  const jobs = fio.flatMap((job) =>
    (['read', 'write'] as const).map((key): [string, number[]] => [
      `${job.name} ${key}`,
      [job[key]?.bytesPerSecond ?? 0],
    ]),
  );
  return [...columns, ...jobs].flatMap(([name, values]) => {
    const largest = values.reduce((most, value) => (value > most ? value : most), 0);
    return aboveLink(name, largest, link) ?? [];
  });
}

function chosen(trace: BlockTrace, device: string): BlockTrace {
  const { names } = trace.devices;
  if (!names.includes(device))
    throw new InputError(
      `no device ${JSON.stringify(device)} in the trace; devices: ${names.slice(0, 20).join(', ')}`,
    );
  return onlyDevice(trace, device);
}

function faultCounts(faults: FaultTrace): TraceReport['faults'] {
  const counts = { count: faults.length, major: 0, minor: 0, located: 0 };
  for (let row = 0; row < faults.length; row++) {
    if (faults.kindOf(row) === FAULT_MAJOR) counts.major++;
    else if (faults.kindOf(row) === FAULT_MINOR) counts.minor++;
    if (!Number.isNaN(faults.offsetOf(row))) counts.located++;
  }
  return counts;
}

const columnsOf = (samples: SampleTable): Record<string, Distribution> =>
  Object.fromEntries(
    Object.entries(samples.numbers).map(([name, values]) => [
      name,
      distributionOf(Float64Array.from(values).filter((value) => !Number.isNaN(value))),
    ]),
  );
