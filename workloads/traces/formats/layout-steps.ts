/**
 * The format string of `blkparse -f` as steps: literal bytes, and fields with the byte that ends them.
 */
import { TraceError } from '../trace-error.ts';

const NAME = 'blkparse-layout';

/** Fields read as numbers, by letter; the others are text. */
const NUMBERS = 'cemMnNpsStTuUgz';
const TEXTS = 'adCP';
/** A literal byte (field 0), or a field's letter with the byte that ends it (0 = the end of the line). */
export interface Step {
  field: number;
  byte: number;
}

/** Compiles a layout; throws on an unknown field and where a field is missing that a request needs. */
export function compileLayout(layout: string): Step[] {
  const text = layout.replace(/\\n|\n/g, '').replace(/\\t/g, '\t');
  const steps: Step[] = [];
  for (let at = 0; at < text.length; at++) {
    const field = /^%-?\d*([A-Za-z])/.exec(text.slice(at));
    if (!field) {
      steps.push({ field: 0, byte: text.charCodeAt(at) });
      continue;
    }
    if (!NUMBERS.includes(field[1]) && !TEXTS.includes(field[1]) && field[1] !== 'D')
      throw new TraceError(
        NAME,
        `character ${at + 1} of the layout`,
        field[0],
        `one of %${[...NUMBERS, ...TEXTS, 'D'].join(' %')}`,
      );
    at += field[0].length - 1;
    steps.push({ field: field[1].charCodeAt(0), byte: at + 1 < text.length ? text.charCodeAt(at + 1) : 0 });
  }
  const has = (letter: string) => steps.some((step) => step.field === letter.charCodeAt(0));
  for (const [letter, why] of [
    ['a', 'the action: without it an I/O would be counted up to six times'],
    ['T', 'the seconds'],
    ['S', 'the sector'],
  ])
    if (!has(letter)) throw new TraceError(NAME, 'the layout', layout, `%${letter} in it, ${why}`);
  if (!has('n') && !has('N')) throw new TraceError(NAME, 'the layout', layout, '%n or %N in it, the length');
  return steps;
}
