/**
 * Where the time went inside a drive at flash fidelity, for results: busy shares of dies, channels, firmware and link,
 * mean waits, and the die x time map.
 */
import type { FlashDevice } from '../devices/index.ts';
import { type Picoseconds, toSeconds } from '../sim/index.ts';

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
      target: mean(nand.pageWait, nand.pages),
      channel: mean(nand.transferWait, nand.transfers),
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

/** Shares by intervals of `width`, from points that may be finer. */
function mapRow(points: readonly { sum: number }[], own: Picoseconds, width: Picoseconds): number[] {
  const perInterval = width / own;
  const sums: number[] = new Array(Math.ceil(points.length / perInterval)).fill(0);
  points.forEach(({ sum }, i) => {
    sums[Math.floor(i / perInterval)] += sum;
  });
  return sums.map((sum) => sum / width);
}
