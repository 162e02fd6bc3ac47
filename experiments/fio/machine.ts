/**
 * What `nvmoe fio --device … --host …` simulates: a drive of the library or of a file at the fidelity asked for, or an
 * MQSim device; and, with a host, its link, DRAM, cores, I/O interfaces and page cache.
 */
import type { z } from 'zod';
import {
  checkClaims,
  type Drive,
  FlashDevice,
  IdealDevice,
  PcieTopology,
  QueueDevice,
  queueParameters,
  ThrottledDrive,
  VirtualDisk,
} from '../../devices/index.ts';
import { derivedWarnings, withoutStale } from '../derived-queue.ts';
import { attach, ownLink } from '../drive-link.ts';
import { asInputError, InputError, suggestion } from '../errors.ts';
import { flashOptions, mqsimDevice } from '../flash-options.ts';
import { libraryNames, resolveReference } from '../load/library.ts';
import { type Locate, locateIn, validate } from '../load/validate.ts';
import { readYaml } from '../load/yaml-file.ts';
import { type DriveProfile, driveSchema, idealDriveSchema } from '../schema/drive.ts';
import { mqsimSchema } from '../schema/flash.ts';
import { type HostProfile, hostSchema } from '../schema/host.ts';
import type { LinuxProfile } from '../schema/linux.ts';
import { machineOf } from './host-path.ts';
import type { Target } from './options.ts';
import type { FioMachine } from './run.ts';
import { parseSysfs } from './sysfs.ts';

export type Fidelity = 'ideal' | 'queue' | 'flash';
const FIDELITIES: readonly string[] = ['ideal', 'queue', 'flash'];
/** Of the device: what MQSim's closed loops cover. */
const MQSIM_WORKING_SET = 0.6;

export interface FioDevice {
  readonly target: Target;
  readonly machine: FioMachine;
  readonly warnings: string[];
}

/**
 * @param host a name or path, or `none`
 * @param sysfs changes of the host's request queues
 * @param fidelity default: flash for MQSim devices, ideal for ideal ones, else queue
 * @throws InputError for names that are not there, and for claims that a link cannot carry
 */
export function fioDevice(
  device: string | InPlace,
  host: string | InPlace,
  fidelity?: string,
  sysfs?: string,
): FioDevice {
  if (fidelity !== undefined && !FIDELITIES.includes(fidelity)) {
    throw new InputError(`--fidelity ${fidelity}: allowed are ${FIDELITIES.join(', ')}`);
  }
  const { data, locate } = typeof device === 'string' ? written(fileOf(device), 'a device profile') : device;
  const changes = sysfs === undefined ? {} : parseSysfs(sysfs);
  if (host === 'none' && sysfs !== undefined)
    throw new InputError(`--sysfs ${sysfs}: found no host, whose Linux has request queues; add --host NAME`);
  const hostProfile = host === 'none' ? undefined : hostOf(host, changes);
  const kind = 'preset' in data ? mqsimSchema : 'fidelity' in data ? idealDriveSchema : driveSchema;
  const profile = validate<z.ZodType>(kind, data, locate);
  if (kind === mqsimSchema) return mqsim(profile as z.output<typeof mqsimSchema>, hostProfile, fidelity);
  if (kind === idealDriveSchema)
    return ideal(profile as z.output<typeof idealDriveSchema>, hostProfile, fidelity);
  return drive(profile as DriveProfile, hostProfile, (fidelity ?? 'queue') as Fidelity);
}

function fileOf(device: string): string {
  const flash = libraryNames('flash');
  if (flash.includes(device)) return resolveReference('flash', device, '.');
  try {
    return resolveReference('devices', device, '.');
  } catch (error) {
    const near = suggestion(device, flash);
    throw error instanceof InputError
      ? new InputError(`--device: ${error.message} (or ${flash.join(', ')})${near}`)
      : error;
  }
}

function hostOf(host: string | InPlace, changes: Partial<LinuxProfile>): HostProfile {
  return asInputError(['--host'], () => {
    const { data, locate } =
      typeof host === 'string' ? written(resolveReference('hosts', host, '.'), 'a host profile') : host;
    const profile = validate(hostSchema, data, locate);
    return { ...profile, linux: { ...profile.linux, ...changes } };
  });
}

/** A profile that is written in place, and where its keys stand. */
export interface InPlace {
  readonly data: Record<string, unknown>;
  readonly locate: Locate;
}

function written(path: string, what: string): InPlace {
  const yaml = readYaml(path, `${what} (YAML)`);
  return { data: yaml.data, locate: locateIn(yaml) };
}

function onlyFidelity(name: string, only: Fidelity, asked: string | undefined): void {
  if (asked !== undefined && asked !== only) {
    throw new InputError(
      `--fidelity ${asked}: ${name} is known at fidelity ${only} only; leave --fidelity out`,
    );
  }
}

function mqsim(
  profile: z.output<typeof mqsimSchema>,
  host: HostProfile | undefined,
  fidelity?: string,
): FioDevice {
  onlyFidelity(profile.name, 'flash', fidelity);
  const options = asInputError(['geometry'], () => mqsimDevice(profile));
  const { capacity, blockSize = 512 } = options;
  return {
    target: { capacity, blockSize, defaultShare: MQSIM_WORKING_SET, randomStart: true },
    machine: machineOf(host, (sim, paths) => new FlashDevice(sim, { ...options, ...paths })),
    warnings: [],
  };
}

function ideal(
  profile: z.output<typeof idealDriveSchema>,
  host: HostProfile | undefined,
  fidelity?: string,
): FioDevice {
  onlyFidelity(profile.name, 'ideal', fidelity);
  const { name, capacity, latency, bandwidth } = profile;
  const rates = {
    readLatency: latency,
    writeLatency: latency,
    readBandwidth: bandwidth,
    writeBandwidth: bandwidth,
  };
  return {
    target: { capacity, blockSize: 512, defaultShare: 1, randomStart: false },
    machine: machineOf(host, (sim, paths) => new IdealDevice(sim, { name, capacity, ...rates, ...paths })),
    warnings: [],
  };
}

function drive(profile: DriveProfile, host: HostProfile | undefined, fidelity: Fidelity): FioDevice {
  const { name, capacity, blockSize } = profile;
  const own = asInputError([], () => ownLink(profile, host));
  const warnings = asInputError([], () => checkClaims(name, profile, own));
  if (fidelity === 'queue') warnings.push(...derivedWarnings(profile));
  if (fidelity === 'flash') flashOptions(profile, own);
  return {
    target: { capacity, blockSize, defaultShare: 1, randomStart: false },
    machine: machineOf(host, (sim, paths) => {
      const behind = (drive: Drive) =>
        profile.throttle ? new ThrottledDrive(sim, drive, profile.throttle) : drive;
      const link = host
        ? asInputError([], () => attach(new PcieTopology(sim, host.pcie), name, profile)).link
        : own;
      if (fidelity === 'flash')
        return behind(new FlashDevice(sim, { ...flashOptions(profile, link), ...paths }));
      if (fidelity === 'queue' && profile.virtual)
        return behind(new VirtualDisk(sim, { ...profile, parameters: profile.virtual }));
      if (fidelity === 'queue') {
        const parameters = asInputError([], () => queueParameters(name, withoutStale(profile), link));
        return behind(new QueueDevice(sim, { ...profile, parameters, ...paths }));
      }
      const limited = (rate: number) => Math.min(rate, link.usableRate);
      const { readBandwidth, writeBandwidth } = profile;
      return behind(
        new IdealDevice(sim, {
          ...profile,
          readBandwidth: limited(readBandwidth),
          writeBandwidth: limited(writeBandwidth),
          ...paths,
        }),
      );
    }),
    warnings,
  };
}
