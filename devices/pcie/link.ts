/**
 * A PCI Express link: how many bytes a second it can carry.
 *
 *   raw    = transfers/s x lanes x line code / 8
 *   usable = raw x FLIT share x payload / (payload + overhead per TLP)
 *
 * Line code 8b/10b up to generation 2, 128b/130b in 3 to 5; generation 6 sends FLITs of 256 B of which 236 B carry
 * TLPs, each with its header but without the 8 B of framing (4 B STP token, 4 B LCRC) of the earlier generations.
 * Source: PCI Express Base Specification 6.0, sections 4.2 (encoding, FLIT mode) and 2.2 (TLP format).
 */
import type { Link } from '../link.ts';

interface Generation {
  readonly transfers: number;
  readonly lineCode: number;
  readonly flitShare: number;
  readonly framing: number;
}

const FLIT_SHARE = 236 / 256;
const TLP_FRAMING = 8;

const GENERATIONS: Readonly<Record<number, Generation>> = {
  1: { transfers: 2.5e9, lineCode: 8 / 10, flitShare: 1, framing: TLP_FRAMING },
  2: { transfers: 5e9, lineCode: 8 / 10, flitShare: 1, framing: TLP_FRAMING },
  3: { transfers: 8e9, lineCode: 128 / 130, flitShare: 1, framing: TLP_FRAMING },
  4: { transfers: 16e9, lineCode: 128 / 130, flitShare: 1, framing: TLP_FRAMING },
  5: { transfers: 32e9, lineCode: 128 / 130, flitShare: 1, framing: TLP_FRAMING },
  6: { transfers: 64e9, lineCode: 1, flitShare: FLIT_SHARE, framing: 0 },
};

/** Width and speed of a port. */
export interface PciePort {
  /** 1 to 6. */
  readonly generation: number;
  readonly lanes: number;
}

export interface PcieLinkOptions extends PciePort {
  /** Maximum TLP payload in bytes, set by the host; default 512. */
  readonly maxPayload?: number;
  /** Bytes of a TLP beside its payload in the framed generations (1 to 5); default 24. */
  readonly tlpOverhead?: number;
}

export interface PcieLink extends Required<PcieLinkOptions>, Link {}

/** Completes the options of a link with its rates. Throws RangeError for a generation or width that does not exist. */
export function pcieLink(options: PcieLinkOptions): PcieLink {
  const { generation, lanes, maxPayload = 512, tlpOverhead = 24 } = options;
  const coding = GENERATIONS[generation];
  if (!coding) throw new RangeError(`PCIe generation ${generation}: generations 1 to 6 are known`);
  if (!(Number.isInteger(lanes) && lanes >= 1)) {
    throw new RangeError(`PCIe link of ${lanes} lanes: a whole number of lanes, at least 1, is needed`);
  }
  const rawRate = (coding.transfers * lanes * coding.lineCode) / 8;
  const overhead = tlpOverhead - TLP_FRAMING + coding.framing;
  const usableRate = (rawRate * coding.flitShare * maxPayload) / (maxPayload + overhead);
  const name = `PCIe ${generation}.0 x${lanes}`;
  return { name, generation, lanes, maxPayload, tlpOverhead, rawRate, usableRate };
}
