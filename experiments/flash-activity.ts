/**
 * Where the time went inside a drive at flash fidelity, for results: busy shares of dies, channels, firmware and link,
 * mean waits, and the die x time map.
 */
import { type BlockDevice, type Drive, FlashDevice, ThrottledDrive } from '../devices/index.ts';
import { type Picoseconds, toSeconds } from '../sim/index.ts';

/** The drive at flash fidelity, behind its throttle or not. */
export function flashOf(drive: BlockDevice): FlashDevice | undefined {
  const inner = drive instanceof ThrottledDrive ? drive.drive : drive;
  return inner instanceof FlashDevice ? inner : undefined;
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

/** @param now end of the run; shares are of the time from 0 */
export function flashActivity(device: FlashDevice, now: Picoseconds) {
  const { nand, firmware, writes, mappingCache, dram } = device.activity;
  const share = (busy: number) => (now > 0 ? busy / now : 0);
  const mean = (sum: number, count: number) => (count > 0 ? toSeconds(sum / count) : 0);
  const width = Math.max(...nand.series.map((series) => series.width));
  return {
    utilisation: {
      targets: Array.from(nand.arrayBusy, share),
      channelCommands: Array.from(nand.commandBusy, share),
      channelData: Array.from(nand.dataBusy, share),
      /** Mean number of firmware cores at work. */
      firmware: share(firmware.busy),
      linkToHost: share(device.busy.read),
      linkToDrive: share(device.busy.write),
      ...(dram ? { dram: share(dram.busy) } : {}),
    },
    waitingSeconds: {
      target: mean(total(nand.pageWait), total(nand.pages)),
      channel: mean(total(nand.transferWait), total(nand.transfers)),
      firmware: mean(firmware.waited, firmware.commands),
    },
    ...(mappingCache ? { mappingCache: { hits: mappingCache.hits, misses: mappingCache.misses } } : {}),
    ...(writes
      ? { writes: { hostBytes: writes.hostBytes, copiedBytes: writes.copiedBytes, erases: writes.erases } }
      : {}),
    /** Busy share of each target in each interval. */
    map: {
      intervalSeconds: toSeconds(width),
      targets: nand.series.map((series) => mapRow(series.points(), series.width, width)),
    },
  };
}

/** Busy share of the dies of all drives over time: a row each, in the same intervals. */
export function dieMap(drives: readonly Drive[], now: Picoseconds) {
  const rows = drives.flatMap((drive) => {
    const device = flashOf(drive);
    if (!device) return [];
    const { stations } = device;
    return device.activity.nand.series.map((series, target) => ({
      name: stationName(drives, device, stations[target].name),
      series,
    }));
  });
  if (rows.length === 0 || now === 0) return undefined;
  const width = Math.max(...rows.map(({ series }) => series.width));
  const columns = Math.ceil(now / width);
  return {
    seconds: Array.from({ length: columns }, (_, i) => toSeconds(i * width)),
    names: rows.map(({ name }) => name),
    utilisation: rows.map(({ series }) => {
      const shares = mapRow(series.points(), series.width, width);
      // The last interval ends with the run.
      const part = (i: number) => Math.min(1, (now - i * width) / width);
      return Array.from({ length: columns }, (_, i) => rounded(Math.min(1, (shares[i] ?? 0) / part(i))));
    }),
  };
}

/** To what a colour can show: results hold thousands of these. */
const rounded = (share: number): number => Math.round(share * 1e4) / 1e4;

/** With the drive's name in front where there are several. */
export const stationName = (drives: readonly Drive[], { name: drive }: Drive, name: string): string =>
  drives.length > 1 ? `${drive}: ${name}` : name;

/** Shares by intervals of `width`, from points that may be finer. */
function mapRow(points: readonly { sum: number }[], own: Picoseconds, width: Picoseconds): number[] {
  const perInterval = width / own;
  const sums: number[] = new Array(Math.ceil(points.length / perInterval)).fill(0);
  points.forEach(({ sum }, i) => {
    sums[Math.floor(i / perInterval)] += sum;
  });
  return sums.map((sum) => sum / width);
}
