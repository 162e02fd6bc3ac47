/**
 * The shape of a flash drive: channels x chips (packages, chip enables) x dies x planes x blocks x pages. A plane is the
 * smallest part that reads a page by itself. Planes are numbered channel by channel, chip by chip, die by die:
 *
 *   plane = ((channel x chips + chip) x dies + die) x planes + plane of the die
 *
 * Source of the terms: ONFI 5.1 section 3.1 (memory organisation).
 */
export interface FlashGeometry {
  readonly channels: number;
  /** Chips on a channel. */
  readonly chips: number;
  /** Dies in a chip. */
  readonly dies: number;
  /** Planes of a die. */
  readonly planes: number;
  /** Blocks of a plane. */
  readonly blocks: number;
  /** Pages of a block. */
  readonly pages: number;
  /** Bytes of a page, spare area not counted. */
  readonly pageBytes: number;
}

/** Planes of the whole drive. */
export const planeCount = ({ channels, chips, dies, planes }: FlashGeometry): number =>
  channels * chips * dies * planes;

/** Bytes of all pages, over-provisioning included. */
export const physicalBytes = (geometry: FlashGeometry): number =>
  planeCount(geometry) * geometry.blocks * geometry.pages * geometry.pageBytes;

/** Throws RangeError for a shape that cannot be, or that is smaller than the drive's capacity (bytes). */
export function checkGeometry(name: string, geometry: FlashGeometry, capacity: number): void {
  for (const [key, value] of Object.entries(geometry)) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`${name}: geometry has ${value} ${key}; a whole number from 1 is needed`);
    }
  }
  const physical = physicalBytes(geometry);
  if (capacity > physical) {
    throw new RangeError(
      `${name}: capacity of ${capacity} B is above the ${physical} B of its flash; ` +
        'raise blocks or dies, or lower the capacity',
    );
  }
}
