/**
 * The `flash` fidelity as a model to fit: a profile with a flash section whose unknown times are searched for. Geometry,
 * layout, parallelism and what the loads never reach stay as the profile states them.
 *
 *   readTime       tR of the fastest page type
 *   tailScale      of what slower page types and read retries add
 *   firmwareRate   small reads a second of all cores: the ceiling on IOPS; with it
 *   firmwareCores  cores, or commands in the pipeline at once; firmware time = firmwareCores / firmwareRate
 *   firmwareTime   in place of both, where cores are without limit
 *                  (other size classes in proportion)
 *   channelRate    where reads are of more than 4 KiB
 *   dramRate       of the drive's DRAM, where it has a limit and reads are of 64 KiB or more
 *
 * tR and firmware time are one sum at depth 1; what tells them apart is how reads collide on planes as the depth grows. The
 * search therefore begins at several divisions of the least latency, besides the profile's own.
 */
import { FlashDevice, type Link, type PcieLink } from '../../devices/index.ts';
import { ps } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { flashOptions } from '../flash-options.ts';
import type { DriveProfile } from '../schema/drive.ts';
import type { FlashProfile } from '../schema/flash.ts';
import {
  type DeviceModel,
  iopsOf,
  leastLatency,
  type Parameter,
  rateParameter,
  timeParameter,
  type Values,
} from './parameters.ts';
import { isWrite, type MeasuredRow } from './rows.ts';
import { scaledTail, tailScaling } from './service-tail.ts';

const KIB4 = 4096;
const LARGE = 65536;
/** Shares of the least latency that tR may be. */
const SHARES = [0.4, 0.6, 0.8];
/** Of the highest rate measured. */
const CEILINGS = [0.97, 1.1];
const KNEE = 'depths from 1 to where the rate stops rising';
const CEILING = 'small reads at the depths where the rate stops rising';

/** @throws InputError for writes, and where the profile has no flash section or no PCI Express link */
export function flashModel(
  rows: readonly MeasuredRow[],
  drive: DriveProfile,
  link: Link | PcieLink,
): DeviceModel {
  const write = rows.find(isWrite);
  if (write)
    throw new InputError(
      `${write.where}: found ${write.pattern}; at flash fidelity only reads are fitted: choose with --where rw=randread`,
    );
  flashOptions(drive, link);
  const flash = drive.flash!;
  const largest = Math.max(...rows.map(({ bytes }) => bytes));
  const { nand, controller, channel, dram } = flash;
  const fastest = Math.min(...nand.readTimes);
  const slower = nand.readTimes
    .filter((time) => time > fastest)
    .map((time) => ({ share: 1, extra: time - fastest }));
  const parameters: Parameter[] = [
    timeParameter('readTime', fastest / 1e12, KNEE),
    ...tailScaling([...slower, ...nand.readTail]),
    ...firmwareParameters(controller),
    ...(largest > KIB4 ? [rateParameter('channelRate', channel.rate, 1e12, 'reads of several sizes')] : []),
    ...(dram && largest >= LARGE ? [rateParameter('dramRate', dram.rate, 1e12, 'large reads at depth')] : []),
  ];
  return {
    parameters,
    starts: [{}, ...divisions(rows)],
    device: (values) => {
      const options = flashOptions({ ...drive, flash: fittedFlash(flash, values) }, link);
      return (sim) => new FlashDevice(sim, options);
    },
    warnings: [],
  };
}

function firmwareParameters({ cores, classes }: FlashProfile['controller']): Parameter[] {
  const seconds = (classes[0]?.read ?? 0) / 1e12;
  if (cores === Number.POSITIVE_INFINITY) return [timeParameter('firmwareTime', seconds, KNEE)];
  const rate = {
    start: cores / Math.max(seconds, 1e-8),
    min: 1,
    max: 1e10,
    unit: 'IOPS',
    needs: CEILING,
  } as const;
  const count = { start: cores, min: 1, max: 1024, unit: '', whole: true, needs: KNEE } as const;
  return [
    { name: 'firmwareRate', ...rate },
    { name: 'firmwareCores', ...count },
  ];
}

/**
 * tR and firmware divide the least latency. The firmware begins at a ceiling just below the highest rate, where it binds:
 * one that does not bind changes nothing, and the search would not find its way back.
 */
function divisions(rows: readonly MeasuredRow[]): Values[] {
  const latency = leastLatency(rows);
  const iops = Math.max(...rows.map(iopsOf));
  return SHARES.flatMap((share) =>
    CEILINGS.map((ceiling) => {
      const firmwareTime = 0.9 * (1 - share) * latency;
      const firmwareRate = ceiling * iops;
      const firmwareCores = Math.max(1, Math.round(firmwareRate * firmwareTime));
      return { readTime: 0.9 * share * latency, firmwareTime, firmwareRate, firmwareCores };
    }),
  );
}

/** A flash section with fitted values in it. */
export function fittedFlash(flash: FlashProfile, values: Values): FlashProfile {
  const { nand, channel, controller, dram } = flash;
  const fastest = Math.min(...nand.readTimes);
  const extras = scaledTail(
    nand.readTimes.map((time) => ({ share: 0, extra: time - fastest })),
    values,
  );
  const readTime = ps(values.readTime * 1e12);
  const partial = (time: number) => ps(time * (readTime / fastest));
  const firmware = ps(1e12 * (values.firmwareTime ?? values.firmwareCores / values.firmwareRate));
  const first = controller.classes[0]?.read ?? 0;
  const classes = controller.classes.map(({ read, ...rest }) => ({
    ...rest,
    read: first > 0 ? ps(read * (firmware / first)) : firmware,
  }));
  return {
    ...flash,
    nand: {
      ...nand,
      readTimes: extras.map(({ extra }) => readTime + extra),
      readTail: scaledTail(nand.readTail, values),
      ...(nand.partialRead
        ? { partialRead: { ...nand.partialRead, readTimes: nand.partialRead.readTimes.map(partial) } }
        : {}),
    },
    channel: { ...channel, rate: values.channelRate ?? channel.rate },
    controller: {
      ...controller,
      cores: values.firmwareCores ?? controller.cores,
      classes:
        classes.length > 0 ? classes : [{ upTo: Number.POSITIVE_INFINITY, read: firmware, write: firmware }],
    },
    ...(dram ? { dram: { ...dram, rate: values.dramRate ?? dram.rate } } : {}),
  };
}
