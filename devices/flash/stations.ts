/**
 * The stations inside a flash drive, one by one, with what each did since the start: the targets of the flash (dies, or
 * planes or chips, whichever takes one command at a time), channels, firmware cores, DRAM, and both ways of the link.
 * A channel is busy with commands and data; waits at it are those of data.
 */
import type { Picoseconds } from '../../sim/index.ts';
import type { Firmware } from '../nvme/firmware.ts';
import type { TlpLink } from '../nvme/tlp-link.ts';
import type { DeviceDram } from './device-dram.ts';
import type { NandActivity } from './nand-activity.ts';

export interface StationTotals {
  readonly kind: string;
  /** One of its kind, such as `channel 2 die 1`. */
  readonly name: string;
  readonly busy: Picoseconds;
  /** Sum of the waits of its visits. */
  readonly waited: Picoseconds;
  readonly visits: number;
}

interface Parts {
  /** What a target of the flash is. */
  readonly kind: 'plane' | 'die' | 'chip';
  readonly nand: NandActivity;
  readonly firmware: Firmware;
  readonly dram: DeviceDram | undefined;
  readonly toHost: TlpLink;
  readonly fromHost: TlpLink;
}

export function stationTotals({ kind, nand, firmware, dram, toHost, fromHost }: Parts): StationTotals[] {
  const line = (name: string, { busy, waited, transfers: visits }: TlpLink | DeviceDram) => ({
    kind: name,
    name,
    busy,
    waited,
    visits,
  });
  return [
    ...targetNames(nand, kind).map((name, target) => ({
      kind,
      name,
      busy: nand.arrayBusy[target],
      waited: nand.pageWait[target],
      visits: nand.pages[target],
    })),
    ...Array.from(nand.dataBusy, (busy, channel) => ({
      kind: 'channel',
      name: `channel ${channel}`,
      busy: busy + nand.commandBusy[channel],
      waited: nand.transferWait[channel],
      visits: nand.transfers[channel],
    })),
    ...Array.from(firmware.coreBusy, (busy, core) => ({
      kind: 'firmware core',
      name: `firmware core ${core}`,
      busy,
      waited: firmware.coreWaited[core],
      visits: firmware.coreCommands[core],
    })),
    ...(dram ? [line('DRAM', dram)] : []),
    line('link to host', toHost),
    line('link from host', fromHost),
  ];
}

/** Targets by number: those of a channel follow each other. */
function targetNames({ arrayBusy, dataBusy }: NandActivity, kind: string): string[] {
  const perChannel = arrayBusy.length / dataBusy.length;
  return Array.from(arrayBusy, (_, target) => {
    const channel = Math.floor(target / perChannel);
    return `channel ${channel} ${kind} ${target % perChannel}`;
  });
}
