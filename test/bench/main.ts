/**
 * `npm run bench`: every benchmark of the project, each figure beside its bar.
 */
import Table from 'cli-table3';
import { decodeBench } from './decode.ts';
import { deviceBench } from './devices.ts';
import { flashBench } from './flash.ts';
import { kernelBench } from './kernel.ts';
import { policyBench } from './policies.ts';
import { routingBench } from './routing.ts';
import type { BenchRow } from './row.ts';
import { tracesBench } from './traces.ts';

const figure = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });
const barOf = ({ bar, barText, unit }: BenchRow): string =>
  barText ?? (bar === undefined ? '' : `≥ ${figure(bar)} ${unit}`);
const verdict = ({ met }: BenchRow): string => (met === undefined ? '' : met ? 'met' : 'not met');

const table = new Table({ head: ['benchmark', 'value', 'unit', 'bar', ''], style: { head: [], border: [] } });
for (const bench of [
  kernelBench,
  deviceBench,
  flashBench,
  policyBench,
  tracesBench,
  routingBench,
  decodeBench,
]) {
  for (const row of await bench())
    table.push([row.name, figure(row.value), row.unit, barOf(row), verdict(row)]);
}
console.log(table.toString());
