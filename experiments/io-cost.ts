/** What a command costs the host through an interface: cycles of its profile, divided equally (assumed) into before and after. */
import type { IoCpuCost, SchedulerName } from '../devices/index.ts';
import { duration, ns, type Picoseconds, type SharedLink } from '../sim/index.ts';
import { InputError } from './errors.ts';
import type { DirectInterface, HostProfile } from './schema/host.ts';
import type { LinuxProfile } from './schema/linux.ts';

/** @throws InputError for an interface that the profile has no cost of */
export function cyclesOf(profile: HostProfile, name: DirectInterface): number {
  const cost = profile.io[name];
  if (cost) return cost.cycles;
  const known = Object.keys(profile.io).join(', ');
  throw new InputError(
    `host ${profile.name} says nothing of ${name}; it has ${known}: take one of these, or add io.${name} to the profile`,
  );
}

/**
 * To pin a page of a buffer: 28 us less for 1 MiB in pages of 4 KiB when registered, median of READ against READ_FIXED in
 * io_uring_enter on a virtual machine with Linux 6.18. Of a larger request the profile's cycles hold one page only.
 */
const PIN_TIME = ns(110);

interface Ways {
  readonly linux?: Partial<LinuxProfile>;
  /** Buffers that are pinned once. */
  readonly registered?: boolean;
}

/** @throws InputError as cyclesOf */
export function ioCost(
  profile: HostProfile,
  name: DirectInterface,
  cores: SharedLink,
  { linux = {}, registered = false }: Ways = {},
): IoCpuCost {
  const seconds = cyclesOf(profile, name) / profile.frequency;
  const { perByte, wakeUp } = profile.io[name]!;
  const cost = commandCost(name, seconds, wakeUp, cores);
  const scheduler = name === 'spdk' ? undefined : schedulerTimes(profile, linux.scheduler);
  if (!registered) return { ...cost, byteTime: perByte, scheduler };
  const entering = cost.kernelThread ?? cost;
  const submitTime = Math.max(0, entering.submitTime - (linux.pinTime ?? PIN_TIME));
  const saved = cost.kernelThread ? { kernelThread: { ...entering, submitTime } } : { submitTime };
  return { ...cost, ...saved, scheduler };
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

/** Cycles of a command in the drives' I/O scheduler; what a kernel worker does for requests alone comes on top. */
export function schedulerCycles({ schedulers }: HostProfile, name: SchedulerName = 'none'): number {
  return name === 'none' ? 0 : schedulers[name].locked + schedulers[name].unlocked;
}

/** Core time of the same, ps: of requests that read-ahead makes, which are submitted in batches. */
export const schedulerTime = (profile: HostProfile, name?: SchedulerName): Picoseconds =>
  duration(schedulerCycles(profile, name), profile.frequency);

function schedulerTimes({ schedulers, frequency }: HostProfile, name: SchedulerName = 'none') {
  if (name === 'none') return undefined;
  const { locked, unlocked, dispatch } = schedulers[name];
  const time = (cycles: number) => duration(cycles, frequency);
  return { locked: time(locked), unlocked: time(unlocked), dispatch: time(dispatch) };
}
