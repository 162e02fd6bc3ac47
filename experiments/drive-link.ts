/** The link of a drive: PCI Express, trained in its host at the lower of the two generations, or another of its own. */
import {
  type Attachment,
  type Link,
  type PcieLink,
  type PciePort,
  type PcieTopology,
  pcieLink,
} from '../devices/index.ts';
import { InputError } from './errors.ts';
import type { DriveProfile } from './schema/drive.ts';
import type { HostProfile } from './schema/host.ts';

type Linked = Pick<DriveProfile, 'name' | 'pcie' | 'link'>;

/**
 * As the drive itself could have it; payload and overhead are the host's.
 * @throws InputError unless the profile has one of pcie and link
 */
export function ownLink({ name, pcie, link }: Linked, host?: HostProfile): Link | PcieLink {
  if ((pcie === undefined) === (link === undefined))
    throw new InputError(
      `${name}: found ${pcie ? 'both' : 'neither'} of pcie and link; allowed is one of them`,
    );
  if (link) return { name: link.name, rawRate: link.raw, usableRate: link.usable };
  return pcieLink({ ...pcie!, maxPayload: host?.pcie.maxPayload, tlpOverhead: host?.pcie.tlpOverhead });
}

/** Attaches the drive to the host, through its PCI Express tree where it is on it. Throws RangeError without free lanes. */
export function attach(
  topology: PcieTopology,
  name: string,
  drive: Linked,
  switchName?: string,
): Omit<Attachment, 'link'> & { link: Link | PcieLink } {
  if (drive.pcie) return topology.attach(name, drive.pcie, switchName);
  return { link: ownLink(drive), upstream: [], downstream: [] };
}

/** As the drive trains in this host, there on a port of its own or behind a switch. */
export function trainedLink(drive: Linked, host: HostProfile, behind?: PciePort): Link | PcieLink {
  const { pcie } = drive;
  if (!pcie) return ownLink(drive);
  const generation = Math.min(pcie.generation, host.pcie.generation, behind?.generation ?? Infinity);
  return ownLink({ ...drive, pcie: { ...pcie, generation } }, host);
}
