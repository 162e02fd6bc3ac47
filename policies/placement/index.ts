/** Placement: on which drive an expert lies. One line registers a rule. */
import { hotCold } from './hot-cold.ts';
import { inTurn } from './in-turn.ts';

export type { Placement, PlacementOptions } from './placement.ts';
export const placements = { expert: inTurn, 'hot-cold': hotCold } as const;
