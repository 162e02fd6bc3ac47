/**
 * `npm run bench`: every benchmark of the project, each figure beside its bar; `npm run bench -- flash policies` some.
 */
import Table from 'cli-table3';
import { decodeBench } from './decode.ts';
import { deviceBench } from './devices.ts';
import { flashBench } from './flash.ts';
import { kernelBench } from './kernel.ts';
import { memoryBench } from './memory.ts';
import { policyBench } from './policies.ts';
import { routingBench } from './routing.ts';
import type { BenchRow } from './row.ts';
import { tracesBench } from './traces.ts';

const figure = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });
const barOf = ({ bar, barText, unit }: BenchRow): string =>
  barText ?? (bar === undefined ? '' : `≥ ${figure(bar)} ${unit}`);
const verdict = ({ met }: BenchRow): string => (met === undefined ? '' : met ? 'met' : 'not met');

const table = new Table({ head: ['benchmark', 'value', 'unit', 'bar', ''], style: { head: [], border: [] } });
const benches: Record<string, () => BenchRow[] | Promise<BenchRow[]>> = {
  kernel: kernelBench,
  devices: deviceBench,
  flash: flashBench,
  memory: memoryBench,
  policies: policyBench,
  traces: tracesBench,
  routing: routingBench,
  decode: decodeBench,
};
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(benches, name));
if (unknown !== undefined) {
  console.error(`bench: found '${unknown}'; allowed are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  for (const row of await benches[name]())
    table.push([row.name, figure(row.value), row.unit, barOf(row), verdict(row)]);
}
console.log(table.toString());
