/**
 * A drive's own link to its host, of any kind (PCI Express, UFS, SATA): how many bytes a second it can carry, and whether
 * a device's claim fits through it.
 */
export interface Link {
  /** Such as `PCIe 5.0 x4` or `UFS 4.0 HS-G5 x2`. */
  readonly name: string;
  /** Bytes per second and direction after line coding. */
  readonly rawRate: number;
  /** Bytes of payload per second and direction. */
  readonly usableRate: number;
}

const gigabytes = (rate: number) => `${(rate / 1e9).toFixed(2)} GB/s`;

/** A device is said to move more bytes than its link can carry at all. Both figures in bytes/s. */
export class ImpossibleClaimError extends Error {
  override readonly name = 'ImpossibleClaimError';
  readonly claimed: number;
  readonly limit: number;

  constructor(device: string, claim: string, claimed: number, link: Link) {
    super(
      `${device}: ${claim} of ${gigabytes(claimed)} is above the ${gigabytes(link.rawRate)} that its link ` +
        `(${link.name}) carries. Correct the figure or the link; ` +
        'for a device without such a limit use fidelity ideal with .inf.',
    );
    this.claimed = claimed;
    this.limit = link.rawRate;
  }
}

/**
 * Holds a claimed rate (bytes/s) against a link.
 * @returns a warning where the claim lies between the usable and the raw rate, else undefined
 * @throws ImpossibleClaimError above the raw rate
 */
export function checkClaim(device: string, claim: string, claimed: number, link: Link): string | undefined {
  if (claimed > link.rawRate) throw new ImpossibleClaimError(device, claim, claimed, link);
  if (claimed <= link.usableRate) return undefined;
  return (
    `${device}: ${claim} of ${gigabytes(claimed)} is above the ${gigabytes(link.usableRate)} usable on its link ` +
    `(${link.name}); the simulation obeys the link.`
  );
}
