/** Worker threads, or this thread, behind one interface: tasks of a module whose default export is a plain function. */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';

export interface Pool<Task, Answer> {
  run(task: Task): Promise<Answer>;
  /** Ends what is running; its promises are rejected. */
  destroy(): Promise<void>;
}

/** Source files run through tsx, the compiled ones as they are. */
const isSource = import.meta.url.endsWith('.ts');

/** Teaches a thread TypeScript: tsx does so by itself for the main thread only. */
const sourceLoader = () =>
  `data:text/javascript,import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register();`;

/**
 * @param module path below experiments/, without extension
 * @param tasks how many there will be: no more threads than that are started
 * @param workers threads; default: the cores there are. 0: this thread runs the tasks
 */
export async function createPool<Task, Answer>(
  module: string,
  tasks: number,
  workers: number = availableParallelism(),
): Promise<Pool<Task, Answer>> {
  const url = new URL(`../${module}${isSource ? '.ts' : '.js'}`, import.meta.url);
  if (workers === 0) return thisThread((await import(url.href)).default);
  const count = Math.max(1, Math.min(workers, tasks));
  return new Tinypool({
    filename: fileURLToPath(url),
    minThreads: count,
    maxThreads: count,
    execArgv: isSource ? ['--import', sourceLoader()] : [],
  });
}

/** Tasks one after another; between two of them a signal can come through. */
function thisThread<Task, Answer>(work: (task: Task) => Answer): Pool<Task, Answer> {
  let stopped = false;
  return {
    async run(task) {
      await setImmediate();
      if (stopped) throw new Error('stopped');
      return work(task);
    },
    async destroy() {
      stopped = true;
    },
  };
}
