/**
 * The contract of a placement: on which drive a whole expert lies. (Striping, the other way to use several drives, needs
 * no decision for an expert: each is spread over all of them.) Pure: counts in, a drive out.
 */
export interface PlacementOptions {
  readonly drives: number;
  /** Share of each drive, any unit; absent: equal. */
  readonly weights?: readonly number[];
  /** MoE layers, and experts of each. */
  readonly layers: number;
  readonly experts: number;
  /** How often each expert is asked for, by layer x experts + expert; absent: equal. */
  readonly popularity?: Float64Array;
}

/** The drive of each expert, by layer x experts + expert. */
export type Placement = Uint16Array;

export const weightsOf = ({ drives, weights }: PlacementOptions): readonly number[] =>
  weights ?? new Array<number>(drives).fill(1);
