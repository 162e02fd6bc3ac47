/**
 * A trace as csv, one request a row: times in ns (to the picosecond; empty where unknown), offset and length in bytes.
 */
import { type BlockTrace, OPERATION_NAMES } from '../block-trace.ts';
import { quotedField } from '../csv-fields.ts';

export const CSV_HEADING = 'issue_ns,complete_ns,device,offset,bytes,op,thread,cpu,source';

const orEmpty = (value: number): string => (Number.isNaN(value) ? '' : String(value));

export function* toCsv(trace: BlockTrace): Generator<string> {
  yield `${CSV_HEADING}\n`;
  for (let row = 0; row < trace.length; row++) {
    const { issue, complete, device, offset, bytes, op, thread, cpu, source } = trace.row(row);
    const numbers = [offset, bytes].map(orEmpty).join(',');
    const times = [issue, complete].map((time) => orEmpty(time / 1e3)).join(',');
    yield `${times},${quotedField(device)},${numbers},${OPERATION_NAMES[op]},${thread},${cpu},${quotedField(source)}\n`;
  }
}
