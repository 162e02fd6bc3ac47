/** What a command costs the host through an interface: cycles of its profile, divided equally (assumed) into before and after. */
import type { IoCpuCost } from '../devices/index.ts';
import { duration, type Picoseconds, type SharedLink } from '../sim/index.ts';
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
  const seconds = cyclesOf(profile, name) / profile.frequency;
  const { perByte, wakeUp } = profile.io[name]!;
  return { ...commandCost(name, seconds, wakeUp, cores), byteTime: perByte };
}

export const isPolled = (name: DirectInterface): boolean => name === 'io_uring-iopoll' || name === 'spdk';

/** @param seconds core time of a command in all */
export function commandCost(
  name: DirectInterface,
  seconds: number,
  wakeUp: Picoseconds,
  cores: SharedLink,
): IoCpuCost {
  const pair = name === 'io_uring-sqpoll';
  const part = duration(seconds / (pair ? 4 : 2), 1);
  const thread = { submitTime: part, completeTime: part };
  return { cores, ...thread, wakeUp, polls: isPolled(name), kernelThread: pair ? thread : undefined };
}
