/** What a command costs the host through an interface: cycles of its profile, divided equally (assumed) into before and after. */
import type { IoCpuCost } from '../devices/index.ts';
import { duration, type SharedLink } from '../sim/index.ts';
import { InputError } from './errors.ts';
import type { DirectInterface, HostProfile } from './schema/host.ts';

/** @throws InputError for an interface that the profile has no cost of */
export function cyclesOf(profile: HostProfile, name: DirectInterface): number {
  const cost = profile.io[name];
  if (cost) return cost.cycles;
  const known = Object.keys(profile.io).join(', ');
  throw new InputError(
    `host ${profile.name} says nothing of ${name}; it has ${known}: take one of these, or add io.${name} to the profile`,
  );
}

/** @throws InputError as cyclesOf */
export function ioCost(profile: HostProfile, name: DirectInterface, cores: SharedLink): IoCpuCost {
  const cycles = cyclesOf(profile, name);
  const pair = name === 'io_uring-sqpoll';
  const half = duration(cycles / (pair ? 4 : 2), profile.frequency);
  const thread = { submitTime: half, completeTime: half };
  return {
    cores,
    ...thread,
    byteTime: profile.io[name]?.perByte,
    wakeUp: profile.io[name]?.wakeUp,
    polls: name === 'io_uring-iopoll' || name === 'spdk',
    kernelThread: pair ? thread : undefined,
  };
}
