/** From the `flash` section of a drive's profile, or an MQSim profile, to the options of the flash device. */
import { type FlashDeviceOptions, type Link, mqsimOptions, type PcieLink } from '../devices/index.ts';
import { nvmeMessages } from '../devices/nvme/messages.ts';
import { tlpLinkOptions } from '../devices/nvme/tlp-link.ts';
import { InputError } from './errors.ts';
import type { DriveProfile } from './schema/drive.ts';
import type { MqsimProfile } from './schema/flash.ts';

/**
 * @param link as trained in the host
 * @throws InputError where the profile has no flash section, or no PCI Express link
 */
export function flashOptions(drive: DriveProfile, link: Link | PcieLink): FlashDeviceOptions {
  const { name, capacity, blockSize, maxTransfer, queues, flash } = drive;
  if (!flash) {
    throw new InputError(
      `fidelity flash: the profile of ${name} has no flash section; allowed are ideal and queue`,
      ['storage', 'fidelity'],
    );
  }
  if (!('generation' in link)) {
    throw new InputError(
      `fidelity flash: ${name} is not on PCI Express but on ${link.name}; allowed are ideal and queue`,
      ['storage', 'fidelity'],
    );
  }
  const { cores, classes, hostReadTime, prpLists, interrupts, ...arbitration } = flash.controller;
  return {
    ...flash,
    name,
    capacity,
    blockSize,
    maxTransfer,
    queues,
    controller: {
      firmware: { cores, classes },
      messages: nvmeMessages(link.tlpOverhead, interrupts),
      arbitration,
      hostReadTime,
      prpLists,
    },
    link: tlpLinkOptions(link),
  };
}

export const mqsimDevice = (profile: MqsimProfile): FlashDeviceOptions => mqsimOptions(profile.name, profile);
