/** How far a run is: a bar on a terminal, elsewhere one line every ten seconds. */
import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** @param progress finished points and the parts of running ones, in points */
  update(finished: number, progress: number): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** `3 min 20 s`, of seconds. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function showProgress(terminal: Terminal, total: number, quiet: boolean): Progress {
  if (quiet) return { update() {}, stop() {} };
  const start = Date.now();
  /** Seconds left, from the share done so far. */
  const left = (progress: number) => (((Date.now() - start) / 1000) * (total - progress)) / progress;
  const what = (finished: number) => (total === 1 ? 'running' : `${finished} of ${total} points`);
  return terminal.interactive ? bar(total, left, what) : lines(terminal, total, left, what);
}

type Left = (progress: number) => number;
type What = (finished: number) => string;

function bar(total: number, left: Left, what: What): Progress {
  const drawn = new SingleBar(
    {
      format: '{bar} {percentage} % | {what} | {left} left',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  drawn.start(total, 0, { what: what(0), left: '?' });
  return {
    update: (finished, progress) =>
      drawn.update(progress, { what: what(finished), left: duration(left(progress)) }),
    stop: () => drawn.stop(),
  };
}

function lines(terminal: Terminal, total: number, left: Left, what: What): Progress {
  let next = Date.now() + LINE_EVERY_MS;
  return {
    update(finished, progress) {
      if (Date.now() < next) return;
      next += LINE_EVERY_MS;
      const percent = Math.floor((100 * progress) / total);
      terminal.error(`nvmoe: ${what(finished)}, ${percent} %, about ${duration(left(progress))} left\n`);
    },
    stop() {},
  };
}
