/**
 * The PCI Express tree of a host: a root with a number of lanes, devices on it, and switches (or a chipset) whose
 * uplink their devices share. A device trains at the lowest generation of its own port, the root and the switch.
 * A device's own link is a FIFO in the device; an uplink is shared fairly (max-min) and full duplex, one shared link
 * a direction. Directly attached devices share nothing but the count of lanes.
 */
import { SharedLink, type Simulation } from '../../sim/index.ts';
import { type PcieLink, type PcieLinkOptions, type PciePort, pcieLink } from './link.ts';

/** Where a device sits: its trained link and the shared links between it and the root, per direction of the data. */
export interface Attachment {
  readonly link: PcieLink;
  /** Crossed by data that the host reads. */
  readonly upstream: readonly SharedLink[];
  /** Crossed by data that the host writes. */
  readonly downstream: readonly SharedLink[];
}

interface Switch {
  readonly generation: number;
  readonly upstream: SharedLink;
  readonly downstream: SharedLink;
}

export class PcieTopology {
  /** The root's lanes still free. */
  lanesFree: number;
  readonly #simulation: Simulation;
  readonly #root: PcieLink;
  readonly #switches = new Map<string, Switch>();

  /** @param root generation and lanes of the host's root ports together, with its payload and overhead */
  constructor(simulation: Simulation, root: PcieLinkOptions) {
    this.#simulation = simulation;
    this.#root = pcieLink(root);
    this.lanesFree = this.#root.lanes;
  }

  /** Puts a switch or chipset on the root, with an uplink of its own; its lanes below the switch are not counted. */
  addSwitch(name: string, uplink: PciePort): void {
    const port = this.#train(name, uplink);
    this.#takeLanes(name, port.lanes);
    const shared = (direction: string) =>
      new SharedLink(this.#simulation, { name: `${name} ${direction}`, rate: port.usableRate });
    const { generation } = port;
    this.#switches.set(name, { generation, upstream: shared('upstream'), downstream: shared('downstream') });
  }

  /**
   * Attaches a device to the root, or to a switch added before.
   * Throws RangeError when the root has too few lanes left or the switch is not there.
   */
  attach(name: string, port: PciePort, switchName?: string): Attachment {
    if (switchName === undefined) {
      const link = this.#train(name, port);
      this.#takeLanes(name, link.lanes);
      return { link, upstream: [], downstream: [] };
    }
    const shared = this.#switches.get(switchName);
    if (!shared) {
      const known = [...this.#switches.keys()].join(', ') || 'none';
      throw new RangeError(`${name} is attached to switch ${switchName}; switches in this host: ${known}`);
    }
    const generation = Math.min(port.generation, shared.generation);
    const link = this.#train(name, { ...port, generation });
    return { link, upstream: [shared.upstream], downstream: [shared.downstream] };
  }

  #train(name: string, port: PciePort): PcieLink {
    const { generation, lanes, maxPayload, tlpOverhead } = this.#root;
    if (port.lanes > lanes) {
      throw new RangeError(`${name} needs ${port.lanes} lanes; the host has ${lanes} in all`);
    }
    return pcieLink({
      generation: Math.min(generation, port.generation),
      lanes: port.lanes,
      maxPayload,
      tlpOverhead,
    });
  }

  #takeLanes(name: string, lanes: number): void {
    if (lanes > this.lanesFree) {
      throw new RangeError(
        `${name} needs ${lanes} PCIe lanes; ${this.lanesFree} of the host's ${this.#root.lanes} are free. ` +
          'Attach fewer devices, or put some behind a switch.',
      );
    }
    this.lanesFree -= lanes;
  }
}
