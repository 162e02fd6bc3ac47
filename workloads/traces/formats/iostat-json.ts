/**
 * `iostat -x -o JSON` (sysstat): sysstat.hosts[].statistics[].disk[]. The first report counts since boot and is left
 * out, unless `-y` already left it out.
 */
import { CERTAIN, type Imported, type Importer, type ImportOptions, type TraceFormat } from '../imported.ts';
import { TraceError } from '../trace-error.ts';
import { DeviceReports } from './iostat-reports.ts';
import { parseJson, TextSink } from './json-text.ts';

const NAME = 'iostat-json';
const EXPECTED = 'iostat -x -o JSON: an object "sysstat" with "hosts" and their "statistics"';

interface Report {
  timestamp?: string;
  disk?: Record<string, unknown>[];
}

export const iostatJson: TraceFormat = {
  name: NAME,
  describes: 'iostat -x -o JSON',
  detect: ({ text }) => (/"sysstat"\s*:/.test(text) ? CERTAIN : 0),
  open,
};

function open(options: ImportOptions): Importer {
  const sink = new TextSink(NAME);
  const finish = (): Imported => {
    const { value, warnings } = parseJson(NAME, sink.text(), EXPECTED);
    const reports = new DeviceReports(NAME);
    for (const report of reportsIn(value)) {
      reports.begin();
      if (report.timestamp !== undefined) reports.stamp(String(report.timestamp));
      for (const disk of report.disk ?? []) {
        const numbers = Object.entries(disk).filter(
          (entry): entry is [string, number] => typeof entry[1] === 'number',
        );
        reports.add(String(disk.disk_device ?? ''), Object.fromEntries(numbers));
      }
    }
    const { samples, notes } = reports.finish(options.keepFirstReport ?? false);
    return { format: NAME, samples, warnings: [...warnings, ...notes] };
  };
  return { push: (chunk) => sink.push(chunk), finish };
}

function reportsIn(value: unknown): Report[] {
  const hosts = (value as { sysstat?: { hosts?: { statistics?: unknown }[] } })?.sysstat?.hosts;
  const reports = Array.isArray(hosts) ? hosts.flatMap((host) => host?.statistics ?? []) : [];
  const valid = (report: unknown): report is Report =>
    typeof report === 'object' && report !== null && Array.isArray((report as Report).disk ?? []);
  if (reports.length === 0 || !reports.every(valid))
    throw new TraceError(NAME, 'the top level', JSON.stringify(value).slice(0, 80), EXPECTED);
  return reports.map((report) => ({
    ...report,
    disk: report.disk?.filter((disk) => typeof disk === 'object' && disk !== null),
  }));
}
