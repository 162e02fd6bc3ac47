/**
 * Standard normal numbers from uniform ones: the ziggurat of Marsaglia and Tsang (J. Statistical Software 5(8), 2000) with
 * 128 layers of equal area, layer and place in it drawn as Doornik (2005) asks, from separate digits of one number.
 */
const LAYERS = 128;
/** Where the tail begins, and the area of a layer, for 128 layers. */
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;

/** Right edges of the layers, from the widest (which stands for the tail too) to 0. */
const EDGE = new Float64Array(LAYERS + 1);
/** Share of a layer that lies under the curve for certain. */
const INSIDE = new Float64Array(LAYERS);

const density = (x: number) => Math.exp(-0.5 * x * x);
EDGE[0] = AREA / density(TAIL);
EDGE[1] = TAIL;
for (let i = 2; i < LAYERS; i++)
  EDGE[i] = Math.sqrt(-2 * Math.log(AREA / EDGE[i - 1] + density(EDGE[i - 1])));
for (let i = 0; i < LAYERS; i++) INSIDE[i] = EDGE[i + 1] / EDGE[i];

/** @param random uniform numbers in [0, 1) of at least 32 random bits */
export function normalSource(random: () => number): () => number {
  const tail = (sign: number): number => {
    for (;;) {
      const x = -Math.log(1 - random()) / TAIL;
      const y = -Math.log(1 - random());
      if (2 * y > x * x) return sign * (TAIL + x);
    }
  };
  return () => {
    for (;;) {
      const drawn = random() * LAYERS;
      const layer = Math.floor(drawn);
      const place = 2 * (drawn - layer) - 1;
      if (Math.abs(place) < INSIDE[layer]) return place * EDGE[layer];
      if (layer === 0) return tail(Math.sign(place));
      const x = place * EDGE[layer];
      const high = density(EDGE[layer]);
      const low = density(EDGE[layer + 1]);
      if (high + random() * (low - high) < density(x)) return x;
    }
  };
}
