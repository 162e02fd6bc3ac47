/**
 * An experiment ready to run: every name resolved to what it stands for, every quantity in ps, bytes, counts and rates
 * per second. Plain data: it crosses to worker threads as it is.
 */
import type { ModelFile } from '../workloads/formats/index.ts';
import type { SoftwareCosts, TrunkPart } from '../workloads/inference/index.ts';
import type { Architecture } from '../workloads/models/index.ts';
import type { RoutedTokens, RoutingModel } from '../workloads/routing/index.ts';
import type { KeyPath } from './errors.ts';
import type { DriveProfile, IdealDrive } from './schema/drive.ts';
import type { ExperimentFile } from './schema/experiment.ts';
import type { DirectInterface, HostProfile } from './schema/host.ts';
import type { Linux } from './schema/linux.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

type Replaced = 'host' | 'linux' | 'storage' | 'memory' | 'io' | 'model' | 'software' | 'workload';

/** Drives of one kind. */
export interface DriveKind {
  readonly device: DriveProfile | IdealDrive;
  readonly count: number;
  /** Name of the switch that they are behind; absent: on the host itself. */
  readonly switch?: string;
  /** Where the file says so, for errors. */
  readonly path: KeyPath;
}

/** The array of drives, in the order of `kinds`. */
type ArrayKeys = 'stripe' | 'placement' | 'weights' | 'switches';
export interface Storage extends Pick<ExperimentFile['storage'], ArrayKeys> {
  readonly kinds: readonly DriveKind[];
  readonly fidelity: 'flash' | 'queue' | 'ideal';
}

export interface Experiment extends Omit<ExperimentFile, Replaced> {
  readonly host: HostProfile;
  /** The host's, with the experiment's changes; what neither says is missing. */
  readonly linux: Linux;
  readonly memory: ExperimentFile['memory'] & { readonly pin: readonly TrunkPart[] };
  readonly io: ExperimentFile['io'] & { readonly interface: DirectInterface | 'mmap' };
  readonly storage: Storage;
  readonly model: Omit<ExperimentFile['model'], 'architecture' | 'config' | 'gguf' | 'tensors'> & {
    readonly architecture: Architecture;
    /** What GGUF headers or a table say, where the model comes from those; then quantisation and layout are not used. */
    readonly headers?: readonly ModelFile[];
  };
  readonly software: SoftwareCosts;
  /** By generated token, of the file that cache.bytesRead names. */
  readonly bytesRead?: Float64Array;
  readonly workload: ExperimentFile['workload'] & {
    /** The recording that routing.kind replay names. */
    readonly recorded?: RoutedTokens;
    /** The generator of routing.kind synthetic, of the model's shape; absent for a dense model. */
    readonly generator?: RoutingModel;
  };
  /** Name of the case or point; the experiment's name for a single run. */
  readonly label: string;
  /** The swept keys and their values at this point, as written. */
  readonly point: Readonly<Record<string, Json>>;
  /** The experiment as a file would say it, with every default filled in; for the result. */
  readonly settings: Readonly<Record<string, Json>>;
}
