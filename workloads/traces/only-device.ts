/**
 * The requests of one device (or file) of a trace.
 */
import { BlockTrace } from './block-trace.ts';

export function onlyDevice(trace: BlockTrace, name: string): BlockTrace {
  const result = new BlockTrace();
  const device = result.devices.indexOf(name);
  for (let row = 0; row < trace.length; row++) {
    const { issue, complete, offset, bytes, op, thread, cpu, source, device: own } = trace.row(row);
    if (own === name)
      result.add(issue, complete, device, offset, bytes, op, thread, cpu, result.sources.indexOf(source));
  }
  return result.sortByIssue();
}
