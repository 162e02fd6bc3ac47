/**
 * Independent writers of trace formats, from the documentation of the tools that print them: one list of requests, each
 * format's bytes. The importers must give the list back. They share no code with the importers.
 */

/** A request as a tool sees it; times in whole ns from the first event. */
export interface WrittenRequest {
  issue: number;
  complete: number;
  write: boolean;
  sector: number;
  sectors: number;
  pid: number;
  cpu: number;
  command: string;
}

const MAJOR = 259;
const MINOR = 0;

interface Action {
  time: number;
  letter: 'Q' | 'G' | 'I' | 'D' | 'C';
  request: WrittenRequest;
}

/** Every action of every request in order of time; Q is before the first issue, so zero is at or before it. */
export function actionsOf(requests: readonly WrittenRequest[]): Action[] {
  return requests
    .flatMap((request): Action[] => [
      { time: Math.max(0, request.issue - 30), letter: 'Q', request },
      { time: Math.max(0, request.issue - 20), letter: 'G', request },
      { time: Math.max(0, request.issue - 10), letter: 'I', request },
      { time: request.issue, letter: 'D', request },
      { time: request.complete, letter: 'C', request },
    ])
    .sort((a, b) => a.time - b.time);
}

const seconds = (time: number): [string, string] => [
  String(Math.floor(time / 1e9)),
  String(time % 1e9).padStart(9, '0'),
];
const rwbs = (request: WrittenRequest): string => (request.write ? 'W' : 'R');

export function writeBlkparse(requests: readonly WrittenRequest[]): string {
  const lines = actionsOf(requests).map(({ time, letter, request }, index) => {
    const [whole, fraction] = seconds(time);
    const pid = letter === 'C' ? 0 : request.pid;
    const tail = letter === 'C' ? '[0]' : `[${request.command}]`;
    const head = `${String(MAJOR).padStart(3)},${String(MINOR).padEnd(3)} ${String(request.cpu).padStart(2)} ${String(index + 1).padStart(8)}`;
    return `${head} ${whole.padStart(5)}.${fraction} ${String(pid).padStart(5)} ${letter.padStart(2)} ${rwbs(request).padStart(3)} ${request.sector} + ${request.sectors} ${tail}`;
  });
  return `${lines.join('\n')}\nCPU0 (nvme0n1):\n Reads Queued:           7,     6144KiB\t Writes Queued:           0,        0KiB\nTotal (nvme0n1):\n Reads Queued:          56,     6340KiB\nThroughput (R/W): 119622KiB/s / 0KiB/s\nEvents (nvme0n1): 280 entries\nSkips: 0 forward (0 -   0.0%)\n`;
}

/** blkparse -f: the fields of print_field in blkparse_fmt.c that the tests use. */
export function writeBlkparseLayout(requests: readonly WrittenRequest[], layout: string): string {
  const lines = actionsOf(requests).map(({ time, letter, request }, index) => {
    const [whole, fraction] = seconds(time);
    const values: Record<string, string> = {
      T: whole,
      t: String(Number(fraction)),
      a: letter,
      d: rwbs(request),
      S: String(request.sector),
      n: String(request.sectors),
      N: String(request.sectors * 512),
      p: String(letter === 'C' ? 0 : request.pid),
      C: letter === 'C' ? '(null)' : request.command,
      c: String(request.cpu),
      s: String(index + 1),
      M: String(MAJOR),
      m: String(MINOR),
      e: '0',
      D: `${String(MAJOR).padStart(3)},${String(MINOR).padEnd(3)}`,
    };
    return layout
      .replace('\\n', '')
      .replace(/%(-?)(\d*)([A-Za-z])/g, (_, minus: string, width: string, field: string) => {
        const value = values[field];
        if (field === 'D') return value;
        if (field === 't') return value.padStart(width === '' ? 9 : Number(width), '0');
        return minus ? value.padEnd(Number(width)) : value.padStart(Number(width));
      });
  });
  return `${lines.join('\n')}\n`;
}

const ACTION_NUMBERS = { Q: 1, G: 4, I: 12, D: 7, C: 8 };
const ACTION_CATEGORIES = { Q: 0x10, G: 0x10, I: 0x10, D: 0x40, C: 0x80 };
const RECORD = 48;

/** blktrace's files, one per CPU; `boot` is the clock at the first event. */
export function writeBlktrace(
  requests: readonly WrittenRequest[],
  cpus: number,
  boot = 12_345_678_901,
): Buffer[] {
  const files: Buffer[][] = Array.from({ length: cpus }, () => []);
  const record = (
    file: number,
    fields: {
      time: number;
      sector: number;
      bytes: number;
      action: number;
      pid: number;
      cpu: number;
      payload?: Buffer;
    },
  ) => {
    const payload = fields.payload ?? Buffer.alloc(0);
    const bytes = Buffer.alloc(RECORD);
    bytes.writeUInt32LE(0x65617407, 0);
    bytes.writeUInt32LE(files[file].length + 1, 4);
    bytes.writeBigUInt64LE(BigInt(fields.time), 8);
    bytes.writeBigUInt64LE(BigInt(fields.sector), 16);
    bytes.writeUInt32LE(fields.bytes, 24);
    bytes.writeUInt32LE(fields.action, 28);
    bytes.writeUInt32LE(fields.pid, 32);
    bytes.writeUInt32LE(MAJOR * 2 ** 20 + MINOR, 36);
    bytes.writeUInt32LE(fields.cpu, 40);
    bytes.writeUInt16LE(payload.length, 46);
    files[file].push(bytes, payload);
  };
  const names = new Map(requests.map((request) => [request.pid, request.command]));
  for (const [pid, name] of names) {
    const payload = Buffer.alloc(16);
    payload.write(name.slice(0, 15));
    record(0, { time: 0, sector: 0, bytes: 0, action: 0x400 << 16, pid, cpu: 0, payload });
  }
  for (const { time, letter, request } of actionsOf(requests)) {
    // A completion is often handled by another CPU than the one that issued.
    const cpu = letter === 'C' ? (request.cpu + 1) % cpus : request.cpu;
    const category = ACTION_CATEGORIES[letter] | (request.write ? 2 : 1);
    const action = ((category << 16) | ACTION_NUMBERS[letter]) >>> 0;
    record(cpu, {
      time: boot + time,
      sector: request.sector,
      bytes: request.sectors * 512,
      action,
      pid: letter === 'C' ? 0 : request.pid,
      cpu,
    });
  }
  return files.map((parts) => Buffer.concat(parts));
}

/** Boot clock of the bpftrace writers, ns. */
const BOOT = 1_070_547_314_510;

export const writeBpftraceIssue = (requests: readonly WrittenRequest[]): string =>
  `Attaching 1 probe...\n${requests.map((r) => `${BOOT + r.issue}, ${rwbs(r)}, ${r.sectors * 512}, ${r.sector}, ${r.sectors}`).join('\n')}\n`;

export function writeBpftracePairs(requests: readonly WrittenRequest[]): string {
  const device = 7 * 2 ** 20;
  const lines = actionsOf(requests).flatMap(({ time, letter, request: r }) => {
    const what = `${device} ${rwbs(r)} ${r.sector} ${r.sectors}`;
    if (letter === 'D') return [`${BOOT + time} issue ${what} ${r.pid} ${r.command} ${r.cpu}`];
    return letter === 'C' ? [`${BOOT + time} complete ${what} 0`] : [];
  });
  return `Attaching 2 probes...\n${lines.join('\n')}\n\n\n@s[3584]: 1070600107078\n`;
}

/** Times of ftrace are whole microseconds. */
export function writeFtrace(requests: readonly WrittenRequest[]): string {
  const lines = actionsOf(requests).flatMap(({ time, letter, request: r }) => {
    const stamp = `${Math.floor(time / 1e9) + 1234}.${String(Math.floor((time % 1e9) / 1e3)).padStart(6, '0')}`;
    const who = `${r.command}-${r.pid} [${String(r.cpu).padStart(3, '0')}] ....  ${stamp}`;
    if (letter === 'I')
      return [
        `  ${who}: block_rq_insert: 259,0 ${rwbs(r)} ${r.sectors * 512} () ${r.sector} + ${r.sectors} [${r.command}]`,
      ];
    if (letter === 'D')
      return [
        `  ${who}: block_rq_issue: 259,0 ${rwbs(r)} ${r.sectors * 512} () ${r.sector} + ${r.sectors} none,0,0 [${r.command}]`,
      ];
    if (letter === 'C')
      return [
        `  <idle>-0 [${String(r.cpu).padStart(3, '0')}] d...  ${stamp}: block_rq_complete: 259,0 ${rwbs(r)} () ${r.sector} + ${r.sectors} [0]`,
      ];
    return [];
  });
  return `# tracer: nop\n#\n${lines.join('\n')}\n`;
}

/** Times of biosnoop are microseconds, latencies are rounded to 10 us. */
export function writeBiosnoop(requests: readonly WrittenRequest[]): string {
  const lines = [...requests]
    .sort((a, b) => a.complete - b.complete)
    .map(
      (r) =>
        `${(r.complete / 1e9).toFixed(6).padEnd(11)} ${r.command.padEnd(14)} ${String(r.pid).padEnd(6)} nvme0n1 ${rwbs(r)} ${String(r.sector).padEnd(10)} ${String(r.sectors * 512).padEnd(7)} ${((r.complete - r.issue) / 1e6).toFixed(2).padStart(7)}`,
    );
  return `TIME(s)     COMM           PID    DISK    T SECTOR     BYTES   LAT(ms)\n${lines.join('\n')}\n`;
}

export const writeIologV3 = (requests: readonly WrittenRequest[]): string =>
  `fio version 3 iolog\n0 /f add\n0 /f open\n${requests.map((r) => `${Math.floor(r.issue / 1e3)} /f ${r.write ? 'write' : 'read'} ${r.sector * 512} ${r.sectors * 512}`).join('\n')}\n99 /f close\n`;

export function writeIologV2(requests: readonly WrittenRequest[]): string {
  let now = 0;
  const lines = requests.flatMap((r) => {
    const wait = Math.floor(r.issue / 1e3) - now;
    now += wait;
    return [
      ...(wait > 0 ? [`/f wait ${wait} 0`] : []),
      `/f ${r.write ? 'write' : 'read'} ${r.sector * 512} ${r.sectors * 512}`,
    ];
  });
  return `fio version 2 iolog\n/f add\n/f open\n${lines.join('\n')}\n/f close\n`;
}

/** A per-request latency log with offsets. */
export const writeFioLog = (requests: readonly WrittenRequest[]): string =>
  requests
    .map(
      (r) =>
        `${Math.floor(r.complete / 1e6)}, ${r.complete - r.issue}, ${r.write ? 1 : 0}, ${r.sectors * 512}, ${r.sector * 512}, 0x0000\n`,
    )
    .join('');

/** Windows file time in 100 ns. */
const FILETIME = 128_166_372_003_061_629n;

export const writeMsr = (requests: readonly WrittenRequest[]): string =>
  requests
    .map(
      (r) =>
        `${FILETIME + BigInt(Math.floor(r.issue / 100))},hm,0,${r.write ? 'Write' : 'Read'},${r.sector * 512},${r.sectors * 512},${Math.floor((r.complete - r.issue) / 100)}\n`,
    )
    .join('');

export const writeAlibaba = (requests: readonly WrittenRequest[]): string =>
  `device_id,opcode,offset,length,timestamp\n${requests.map((r) => `0,${rwbs(r)},${r.sector * 512},${r.sectors * 512},${1_577_808_000_000_046 + Math.floor(r.issue / 1e3)}\n`).join('')}`;

export const writeMqsim = (requests: readonly WrittenRequest[]): string =>
  requests.map((r) => `${r.issue} 1 ${r.sector} ${r.sectors} ${r.write ? 0 : 1}\n`).join('');

/** pread64 and pwrite64 of one thread each, every third call interrupted by the next line. */
export function writeStrace(requests: readonly WrittenRequest[]): string {
  const clock = (time: number): string => {
    const micro = Math.floor(time / 1e3);
    const digits = (value: number, width: number) => String(value).padStart(width, '0');
    const second = Math.floor(micro / 1e6);
    return `21:${digits(Math.floor(second / 60), 2)}:${digits(second % 60, 2)}.${digits(micro % 1e6, 6)}`;
  };
  const lines = requests.flatMap((r, index) => {
    const call = `${r.write ? 'pwrite64' : 'pread64'}`;
    const pid = `[pid ${10_000 + index}]`;
    const rest = `"\\0\\17, 5"..., ${r.sectors * 512}, ${r.sector * 512}) = ${r.sectors * 512} <${((Math.floor(r.complete / 1e3) - Math.floor(r.issue / 1e3)) / 1e6).toFixed(6)}>`;
    if (index % 3 !== 0) return [{ time: r.issue, text: `${pid} ${clock(r.issue)} ${call}(3, ${rest}` }];
    return [
      { time: r.issue, text: `${pid} ${clock(r.issue)} ${call}(3,  <unfinished ...>` },
      { time: r.complete, text: `${pid} ${clock(r.complete)} <... ${call} resumed>${rest}` },
    ];
  });
  const body = lines.sort((a, b) => a.time - b.time).map((line) => line.text);
  return `21:00:00.000000 openat(AT_FDCWD, "/data/f.dat", O_RDONLY) = 3 <0.000010>\n${body.join('\n')}\n[pid 10000] 21:59:59.000000 +++ exited with 0 +++\n`;
}

export function writeKernelEvents(requests: readonly WrittenRequest[]): string {
  const rows = actionsOf(requests).flatMap(({ time, letter, request: r }) => {
    const head = `${Math.floor(time / 1e3)},${r.cpu},${r.command}`;
    if (letter === 'Q')
      return [
        `${head},F,${Math.floor(r.sector / 8)},1,`,
        `${head},O,${Math.floor(r.sector / 8)},64,async=16;ra=64`,
      ];
    if (letter === 'D') return [`${head},I,${r.sector},${r.sectors},RA`];
    return letter === 'C' ? [`${head},C,${r.sector},${r.sectors},RA`] : [];
  });
  return `t_us,cpu,comm,ev,page_or_sector,npages_or_nsectors,extra\n${rows.join('\n')}\n`;
}

/** Page faults at the first byte of each request: perf trace, or bpftrace with the file mapped at `base`. */
export const writePerfFaults = (requests: readonly WrittenRequest[]): string =>
  requests
    .map(
      (r) =>
        `${(r.issue / 1e6).toFixed(3).padStart(10)} ( 0.000 ms): ${r.command}/${r.pid} ${r.write ? 'min' : 'maj'}fault [0x2f7e] => /data/f.dat@0x${(r.sector * 512).toString(16)} (d.)\n`,
    )
    .join('');

export const writePageFaults = (requests: readonly WrittenRequest[], base: number): string =>
  `Attaching 1 probe...\n${requests.map((r) => `${BOOT + r.issue} ${r.pid} ${r.pid} ${r.command} 0x${(base + r.sector * 512).toString(16)} 0x7f45b27f77ad ${r.write ? 6 : 4}\n`).join('')}`;
