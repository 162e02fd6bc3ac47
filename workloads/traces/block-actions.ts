/**
 * The actions of blktrace and blkparse (blktrace_api.h, blkparse's letters), and how many of each a trace held: the
 * refusal of a trace without the counted action names what is there instead.
 */
import type { CountedAction } from './pairing.ts';
import { TraceError } from './trace-error.ts';

export const COMPLETE = 67;
export const REQUEUE = 82;

/** Letters of blktrace's action numbers 1 to 15. */
export const ACTION_LETTERS = ' QMFGSRDCPUTIXBA';

export class ActionCounts {
  readonly #counts = new Uint32Array(128);

  count(letter: number): void {
    this.#counts[letter & 127]++;
  }

  /** Throws where no action of the counted kind was seen. */
  require(format: string, counted: CountedAction): void {
    if (this.#counts[counted.charCodeAt(0)] > 0) return;
    const seen = [...this.#counts]
      .map((count, letter) => (count > 0 ? `${String.fromCharCode(letter)} x ${count}` : ''))
      .filter((text) => text !== '');
    throw new TraceError(
      format,
      'the end of the file',
      seen.length > 0 ? `actions ${seen.join(', ')}` : 'no action',
      `action ${counted}, which counts as the request (devices without D, such as md and dm: choose Q; completions only: C)`,
    );
  }
}
