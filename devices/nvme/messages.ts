/**
 * The messages of an NVMe command besides its data, in bytes on the wire with their TLP overhead: the host's doorbell
 * writes, the controller's read of a submission queue entry and the entry, its completion queue entry, the interrupt, and
 * the read of a PRP list. Source: NVM Express Base Specification 2.0, sections 3.1.3 (doorbells), 3.3.3 (entries of 64 and
 * 16 B), 4.1.1 (PRP lists: 8 B an entry); PCI Express 6.0 section 2.2 (MSI-X: a 4 B write).
 */
export interface NvmeMessages {
  readonly doorbell: number;
  readonly fetchRequest: number;
  readonly submissionEntry: number;
  readonly completionEntry: number;
  /** 0: the host polls. */
  readonly interrupt: number;
}

const DOORBELL = 4;
const SUBMISSION_ENTRY = 64;
const COMPLETION_ENTRY = 16;
const MSI = 4;

/** The messages at so many bytes of overhead a TLP. */
export const nvmeMessages = (overhead: number, interrupts = false): NvmeMessages => ({
  doorbell: DOORBELL + overhead,
  fetchRequest: overhead,
  submissionEntry: SUBMISSION_ENTRY + overhead,
  completionEntry: COMPLETION_ENTRY + overhead,
  interrupt: interrupts ? MSI + overhead : 0,
});

const PRP_ENTRY = 8;
const MEMORY_PAGE = 4096;

/** Bytes of the PRP list of a transfer: none for up to two memory pages, whose addresses are in the command. */
export function prpListBytes(transfer: number): number {
  const pages = Math.ceil(transfer / MEMORY_PAGE);
  return pages <= 2 ? 0 : PRP_ENTRY * (pages - 1);
}
