/**
 * Small documents in the formats that hold summaries instead of requests, as their tools' documentation shows them.
 */
const IOSTAT_COLUMNS =
  'r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await wareq-sz  aqu-sz  %util';

const device = (reads: number) => ({
  disk_device: 'nvme0n1',
  'r/s': reads,
  'w/s': 0,
  'rkB/s': reads * 4,
  'wkB/s': 0,
  r_await: 0.5,
  w_await: 0,
  'aqu-sz': reads * 0.5e-3,
  util: 50,
});

const latency = (mean: number, percentiles: Record<string, number>) => ({
  min: mean / 2,
  max: mean * 4,
  mean,
  stddev: mean / 10,
  N: 1000,
  percentile: percentiles,
});

/** A fio result of one job at depth 8; `completion` replaces its completion latency. */
export const fioResult = (
  completion: object = latency(8e4, { '50.000000': 7.9e4, '99.000000': 1.5e5 }),
  iops = 1e5,
): string =>
  JSON.stringify({
    'fio version': 'fio-3.35',
    'global options': { iodepth: '8', rw: 'randread', bs: '4k' },
    jobs: [
      {
        jobname: 'one',
        'job options': { name: 'one' },
        read: {
          io_bytes: 4096e3,
          bw_bytes: iops * 4096,
          iops,
          runtime: 10,
          total_ios: 1000,
          slat_ns: {},
          clat_ns: completion,
          lat_ns: completion,
        },
        write: {
          io_bytes: 0,
          bw_bytes: 0,
          iops: 0,
          runtime: 0,
          total_ios: 0,
          clat_ns: { min: 0, max: 0, mean: 0, N: 0 },
        },
        usr_cpu: 10,
        sys_cpu: 20,
      },
    ],
  });

export const iostatText = (reports: number): string =>
  `Linux 6.1.0 (host) \t11/22/26 \t_x86_64_\t(2 CPU)\n\n${Array.from(
    { length: reports },
    (_, i) =>
      `avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n          15.35   31.18    4.67    0.25    0.26   48.29\n\nDevice            ${IOSTAT_COLUMNS}\nnvme0n1  ${100 * (i + 1)}.00  ${400 * (i + 1)}.00 0.00 0.00 0.50 4.00 0.00 0.00 0.00 0.00 0.00 0.00 0.05 5.00\n\n`,
  ).join('')}`;

export const iostatJson = (reports: number): string =>
  JSON.stringify({
    sysstat: {
      hosts: [
        {
          nodename: 'h',
          statistics: Array.from({ length: reports }, (_, i) => ({ disk: [device(100 * (i + 1))] })),
        },
      ],
    },
  });

export const IOB = `hash,id,time,timeDiff,device,pattern,patternDetails,writeMibs,readMibs,writes,reads,rmin,r50p,r99p9,rmax,ravg,rtot,rcnt,wmin,w50p,wmax,wavg,wtot,wcnt\nx,0,60,60.0,/blk/a,uniform,"a,b",0,15.5,0,3968,70,8554,14888,15766,7796.9,1807683458,231846,2147483647,0,-2147483648,0,0,0\n`;

export const BIOSNOOP_BT =
  'Attaching 4 probes...\nTIME(ms)     DISK             COMM             PID    LAT(ms)\n611          nvme0n1          bash             4179        10\n612          nvme0n1          a b              4179         0\n';

export const AVERAGED_LOG = '500, 193819, 0, 0, 0, 0\n1000, 193166, 1, 0, 0, 0\n';

/** One of each, for damage. */
export const SUMMARIES = {
  fio: fioResult(),
  iostatText: iostatText(3),
  iostatJson: iostatJson(3),
  iob: IOB,
  biosnoop: BIOSNOOP_BT,
  log: AVERAGED_LOG,
};
