/**
 * The shape of all heat maps: values by row and column with a labelled colour bar. The page's theme
 * gives the colours: low ones are near the background, light or dark.
 */
export const heatmap = (z: readonly (readonly (number | null)[])[], unit: string, more: object): object => ({
  type: 'heatmap',
  z,
  autocolorscale: true,
  colorbar: { title: { text: unit, side: 'right', font: { size: 13 } }, thickness: 14, outlinewidth: 0 },
  hoverongaps: false,
  ...more,
});
